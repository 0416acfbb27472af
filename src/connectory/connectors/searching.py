"""Finding the page of Connectors that is asked for, ranked and counted."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from connectory.auth import Project
from connectory.connectors.full_text import TERMS, FullText, full_text
from connectory.connectors.search import (
    Group,
    Known,
    Order,
    Search,
    asked_words,
    described,
    filters,
    made_by,
    named,
)
from connectory.connectors.search_index import connector_search, connector_words

FEW = 1000
"""So many matches are ranked at once; of more, only the page that is asked for."""


EXPANDED = 32
"""The beginning of at most so many words is looked up as those words: an index reads a whole word's
Connectors as they are needed, but those of a beginning all at once (11 ms against 3 ms for
100,000)."""


MOST = 3
"""At least one of so many Connectors matches: then a page is found by walking."""

BY_NAME: Order = (("sort_name", False), ("number", False))
"""The order that the index ``ix_connector_search_sort_name`` has."""


class Found(msgspec.Struct, frozen=True):
    """Ids of one page, in order, and how many match in all."""

    ids: tuple[str, ...]
    total: int


def find(connection: Connection, search: Search, project: Project | None) -> Found:
    """The page of Connectors that ``search`` asks for and ``project`` may find; None: everyone."""
    index, known = full_text(connection), _known(connection, search.text)
    in_name, in_text = named(known), described(known)
    by_creator = made_by(_known(connection, search.creator))
    if not (_findable(search.text, in_text) and _findable(search.creator, by_creator)):
        return Found((), 0)
    open_to = [*filters(search, project), *by_creator]
    everything = index.matches([*open_to, *in_text], ())
    total = _count(connection, everything)
    if _is_walkable(connection, search, total):
        return Found(_ids(connection, _walked(connection, index, everything, search)), total)
    if search.order or not in_text:
        page = _numbers(connection, index, everything, search.order, search.limit, search.offset)
        return Found(_ids(connection, page), total)
    by_name = index.matches([*open_to, *in_name], ())
    if total > FEW:
        rest = index.matches([*open_to, *in_text], in_name)
        page = _ranked(connection, index, search, by_name, rest)
        return Found(_ids(connection, page), total)
    first = set(_numbers(connection, index, by_name, (), total, 0))
    newest = _numbers(connection, index, everything, (), total, 0)
    # sorting is stable: the newest stay first among each
    ranked = sorted(newest, key=lambda number: number not in first)
    return Found(_ids(connection, ranked[search.offset :][: search.limit]), total)


def _ranked(
    connection: Connection,
    index: FullText,
    search: Search,
    by_name: ColumnElement[bool],
    rest: ColumnElement[bool],
) -> list[int]:
    """Those with all words in the name, then the others; the newest first among each."""
    page = _numbers(connection, index, by_name, (), search.limit, search.offset)
    missing = search.limit - len(page)
    if missing:
        skipped = 0 if page else max(0, search.offset - _count(connection, by_name))
        page += _numbers(connection, index, rest, (), missing, skipped)
    return page


def _known(connection: Connection, text: str) -> Known:
    return {word: _beginning(connection, word) for word in asked_words(text)}


def _findable(text: str, groups: list[Group]) -> bool:
    """Whether there is something to look up for each word; without a text, that is so."""
    return not text.strip() or bool(groups and all(groups))


def _beginning(connection: Connection, word: str) -> tuple[str, ...] | None:
    """The known words that begin so; None when they are too many to name."""
    rows = connection.execute(
        select(connector_words.c.word)
        .where(connector_words.c.word >= word, connector_words.c.word < f"{word}\U0010ffff")
        .limit(EXPANDED + 1)
    )
    found = tuple(rows.scalars())
    return found if len(found) <= EXPANDED else None


def _numbers(
    connection: Connection,
    index: FullText,
    matching: ColumnElement[bool],
    order: Order,
    limit: int,
    offset: int,
) -> list[int]:
    found: Select[Any] = select(index.number).select_from(TERMS).where(matching)
    if order:
        found = found.join(connector_search, connector_search.c.number == index.number)
        found = found.order_by(*_ordered(order))
    else:
        found = found.order_by(index.number.desc())
    return list(connection.execute(found.limit(limit).offset(offset)).scalars())


def _walked(
    connection: Connection,
    index: FullText,
    matching: ColumnElement[bool],
    search: Search,
) -> list[int]:
    """The page in an order that has an index of its own, by looking at one Connector after the
    other: a few looks when most match, where sorting all of them takes 30 ms for 100,000."""
    found_by = (
        exists().select_from(TERMS).where(index.number == connector_search.c.number, matching)
    )
    walk = select(connector_search.c.number).where(found_by).order_by(*_ordered(search.order))
    return list(connection.execute(walk.limit(search.limit).offset(search.offset)).scalars())


def _is_walkable(connection: Connection, search: Search, total: int) -> bool:
    """Whether most match, wherever they stand: words of a name would keep together in its order."""
    if search.order != BY_NAME or search.text.strip() or search.creator.strip():
        return False
    newest = connection.execute(select(func.max(connector_search.c.number))).scalar()
    return total * MOST > (newest or 0)


def _ordered(order: Order) -> list[ColumnElement[Any]]:
    columns = ((connector_search.c[name], down) for name, down in order)
    return [one.desc() if down else one.asc() for one, down in columns]


def _count(connection: Connection, matching: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(TERMS).where(matching)
    return connection.execute(counted).scalar_one()


def _ids(connection: Connection, numbers: list[int]) -> tuple[str, ...]:
    rows = connection.execute(
        select(connector_search.c.number, connector_search.c.connector_id).where(
            connector_search.c.number.in_(numbers)
        )
    )
    by_number = {row.number: str(row.connector_id) for row in rows}
    return tuple(by_number[number] for number in numbers)
