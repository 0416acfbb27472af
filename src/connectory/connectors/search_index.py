"""What searches read, kept up to date as Connectors are published, opened and taken off.

``connector_search`` numbers the Connectors in the order of their latest publishing, so the newest
come first by the index's own order, without sorting; ``sort_name`` is the name without case and
accents; ``full_text`` holds their terms.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    delete,
    insert,
    select,
    text,
    update,
)

from connectory.connectors.full_text import full_text
from connectory.connectors.model import Connector
from connectory.connectors.search import terms, words
from connectory.database.schema import metadata

connector_search = Table(
    "connector_search",
    metadata,
    Column(
        "number",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("connector_id", String(36), nullable=False, unique=True),
    Column("organization_id", String(36), nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("name", String, nullable=False),
    Column("sort_name", String().with_variant(String(collation="C"), "postgresql"), nullable=False),
    Column("key", String(256)),
    Column("created_at", String(24), nullable=False),
    Column("last_modified_at", String(24), nullable=False),
    Index("ix_connector_search_sort_name", "sort_name", "number"),
)

connector_words = Table(
    "connector_words",
    metadata,
    # PostgreSQL compares by the rules of a language unless it is told otherwise
    Column(
        "word",
        String(64).with_variant(String(64, collation="C"), "postgresql"),
        primary_key=True,
    ),
)
"""Every word ever indexed: what a beginning of a word can mean."""


def put_connector(
    connection: Connection,
    connector: Connector,
    organization_id: str,
    projects: tuple[str, ...],
    moment: str,
) -> None:
    """A newly published version takes the place of the earlier one, as the newest of all."""
    known = connection.execute(_row(connector.id)).first()
    remove_connector(connection, connector.id)
    listed = not connector.private
    number = connection.execute(
        insert(connector_search)
        .values(
            connector_id=connector.id,
            organization_id=organization_id,
            listed=listed,
            # PostgreSQL's text cannot hold the character zero
            name=connector.name.replace("\0", ""),
            sort_name=" ".join(words(connector.name)),
            key=connector.key,
            created_at=known.created_at if known else moment,
            last_modified_at=moment,
        )
        .returning(connector_search.c.number)
    ).scalar_one()
    found_by = terms(connector, organization_id, projects, listed=listed)
    full_text(connection).put(connection, number, found_by)
    _learn(connection, connector)


def relabel(
    connection: Connection,
    connector: Connector,
    projects: tuple[str, ...],
    *,
    listed: bool | None = None,
) -> None:
    """Others may find the Connector now; its place in the order stays. ``listed`` stays as it is
    when not given."""
    row = connection.execute(_row(connector.id)).first()
    if row is None:
        return
    now_listed = row.listed if listed is None else listed
    index = full_text(connection)
    index.remove(connection, row.number)
    found_by = terms(connector, row.organization_id, projects, listed=now_listed)
    index.put(connection, row.number, found_by)
    connection.execute(
        update(connector_search)
        .where(connector_search.c.number == row.number)
        .values(listed=now_listed)
    )


def remove_connector(connection: Connection, id: str) -> None:  # noqa: A002
    row = connection.execute(_row(id)).first()
    if row is not None:
        full_text(connection).remove(connection, row.number)
        connection.execute(delete(connector_search).where(connector_search.c.number == row.number))


def _learn(connection: Connection, connector: Connector) -> None:
    said = (connector.name, connector.description, connector.creator.company or "")
    found = {word for text in said for word in words(text)}
    if found:
        # in order: two that learn the same words must not wait for each other
        connection.execute(
            text("INSERT INTO connector_words (word) VALUES (:word) ON CONFLICT DO NOTHING"),
            [{"word": word} for word in sorted(found)],
        )


def _row(id: str) -> Select[Any]:  # noqa: A002
    return select(connector_search).where(connector_search.c.connector_id == id)
