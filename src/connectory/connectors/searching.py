"""Finding the page of Connectors that is asked for, ranked and counted."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, select

from connectory.auth import Project
from connectory.connectors.full_text import TERMS, FullText, full_text
from connectory.connectors.search import Search, asked_words, described, filters, named
from connectory.connectors.search_index import connector_search, connector_words

FEW = 1000
"""So many matches are ranked at once; of more, only the page that is asked for."""


EXPANDED = 32
"""The beginning of at most so many words is looked up as those words: an index reads a whole word's
Connectors as they are needed, but those of a beginning all at once (11 ms against 3 ms for
100,000)."""


class Found(msgspec.Struct, frozen=True):
    """Ids of one page, in order, and how many match in all."""

    ids: tuple[str, ...]
    total: int


def find(connection: Connection, search: Search, project: Project) -> Found:
    """The page of Connectors that ``search`` asks for and ``project`` may find."""
    index, open_to = full_text(connection), filters(search, project)
    known = {word: _beginning(connection, word) for word in asked_words(search)}
    in_name, in_text = named(known), described(known)
    if search.text.strip() and not (in_text and all(in_text)):
        return Found((), 0)
    everything = index.matches([*open_to, *in_text], ())
    total = _count(connection, everything)
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
    order: Sequence[tuple[str, bool]],
    limit: int,
    offset: int,
) -> list[int]:
    found: Select[Any] = select(index.number).select_from(TERMS).where(matching)
    if order:
        found = found.join(connector_search, connector_search.c.number == index.number)
        columns = ((connector_search.c[name], down) for name, down in order)
        found = found.order_by(*(one.desc() if down else one.asc() for one, down in columns))
    else:
        found = found.order_by(index.number.desc())
    return list(connection.execute(found.limit(limit).offset(offset)).scalars())


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
