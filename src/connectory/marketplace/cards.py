"""The cards of a search."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from connectory.connectors.search import Search
from connectory.connectors.searching import find
from connectory.connectors.store import connectors
from connectory.marketplace.model import Card
from connectory.marketplace.presentation import logos_of
from connectory.marketplace.published import Published, maker, published

LONGEST_TEASER = 240


class Cards(NamedTuple):
    """A page of cards and how many there are in all."""

    cards: tuple[Card, ...]
    total: int


def cards(connection: Connection, search: Search) -> Cards:
    """The listed Connectors that ``search`` asks for."""
    found = find(connection, search, None)
    rows = connection.execute(
        select(connectors).where(connectors.c.id.in_(found.ids), connectors.c.latest)
    )
    known = {row.id: published(row) for row in rows}
    logos = logos_of(connection, {id_: one.build.commit for id_, one in known.items()})
    shown = (_card(known[one], logos.get(one)) for one in found.ids)
    return Cards(tuple(shown), found.total)


def _card(latest: Published, logo: str | None) -> Card:
    connector = latest.connector
    return Card(
        id=connector.id,
        key=connector.key,
        version=connector.version,
        name=connector.name,
        description=teaser(connector.description),
        integration_types=connector.integration_types,
        creator=maker(connector.creator),
        supported_regions=connector.supported_regions,
        certified=connector.certified,
        published_at=latest.published_at,
        logo=logo,
    )


def teaser(description: str) -> str:
    """The beginning of a description, up to a word's end."""
    text = " ".join(description[: LONGEST_TEASER * 4].split())
    if len(text) <= LONGEST_TEASER:
        return text
    return f"{text[:LONGEST_TEASER].rpartition(' ')[0] or text[:LONGEST_TEASER]}…"
