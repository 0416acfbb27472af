"""Full-text search in two databases: FTS5 in SQLite, a tsvector in PostgreSQL, the same terms.

No table of SQLAlchemy describes both kinds of ``connector_terms``; the migration says the same.
"""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    column,
    event,
    literal_column,
    table,
    text,
)

from connectory.connectors.search import Group, Term
from connectory.database.schema import metadata

TERMS = table("connector_terms", column("terms"))
SCHEMA = {
    "sqlite": """
        CREATE VIRTUAL TABLE IF NOT EXISTS connector_terms USING fts5(
            terms, detail=none, prefix='3 4', tokenize='unicode61 remove_diacritics 0')
    """,
    "postgresql": """
        CREATE TABLE IF NOT EXISTS connector_terms (number BIGINT PRIMARY KEY, terms TSVECTOR);
        CREATE INDEX IF NOT EXISTS ix_connector_terms_terms ON connector_terms USING GIN (terms);
    """,
}


@event.listens_for(metadata, "after_create")
def _create_index(_target: object, connection: Connection, **_options: object) -> None:
    connection.execute(text(SCHEMA[connection.dialect.name]))


class FullText(Protocol):
    """What the two databases do differently."""

    number: ColumnElement[int]

    def matches(self, groups: Sequence[Group], but_not: Sequence[Group]) -> ColumnElement[bool]:
        """Rows with a term of every group, but not those with a term of every other group."""

    def put(self, connection: Connection, number: int, words: list[str]) -> None: ...

    def remove(self, connection: Connection, number: int) -> None: ...


class Fts5:
    number: ColumnElement[int] = literal_column("connector_terms.rowid", Integer)

    def matches(self, groups: Sequence[Group], but_not: Sequence[Group]) -> ColumnElement[bool]:
        match = self._all(groups) + (f" NOT ({self._all(but_not)})" if but_not else "")
        return text("connector_terms MATCH :match").bindparams(match=match)  # type: ignore[return-value]

    def put(self, connection: Connection, number: int, words: list[str]) -> None:
        statement = text("INSERT INTO connector_terms (rowid, terms) VALUES (:number, :terms)")
        connection.execute(statement, {"number": number, "terms": " ".join(words)})

    def remove(self, connection: Connection, number: int) -> None:
        statement = text("DELETE FROM connector_terms WHERE rowid = :number")
        connection.execute(statement, {"number": number})

    def _all(self, groups: Sequence[Group]) -> str:
        return " AND ".join(f"({' OR '.join(map(self._one, group))})" for group in groups)

    @staticmethod
    def _one(term: Term) -> str:
        return f'"{term.text}"{" *" if term.prefix else ""}'


class Tsvector:
    number: ColumnElement[int] = literal_column("connector_terms.number", BigInteger)

    def matches(self, groups: Sequence[Group], but_not: Sequence[Group]) -> ColumnElement[bool]:
        match = self._all(groups) + (f" & !({self._all(but_not)})" if but_not else "")
        return text("connector_terms.terms @@ CAST(:match AS tsquery)").bindparams(match=match)  # type: ignore[return-value]

    def put(self, connection: Connection, number: int, words: list[str]) -> None:
        statement = text(
            "INSERT INTO connector_terms (number, terms) "
            "VALUES (:number, array_to_tsvector(CAST(:terms AS text[])))"
        )
        connection.execute(statement, {"number": number, "terms": words})

    def remove(self, connection: Connection, number: int) -> None:
        statement = text("DELETE FROM connector_terms WHERE number = :number")
        connection.execute(statement, {"number": number})

    def _all(self, groups: Sequence[Group]) -> str:
        return " & ".join(f"({' | '.join(map(self._one, group))})" for group in groups)

    @staticmethod
    def _one(term: Term) -> str:
        return f"'{term.text}'{':*' if term.prefix else ''}"


def full_text(connection: Connection) -> FullText:
    return Fts5() if connection.dialect.name == "sqlite" else Tsvector()
