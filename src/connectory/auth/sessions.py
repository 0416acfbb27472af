"""Sessions of people who signed in to the console. The cookie's value is kept as a digest only."""

import json
import time
from typing import NamedTuple

from sqlalchemy import Column, Connection, Float, String, Table, delete, insert, select, update

from connectory.auth.store import digest
from connectory.database.schema import metadata

console_sessions = Table(
    "console_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(256), nullable=False, index=True),
    Column("data", String, nullable=False),
    Column("expires_at", Float, nullable=False, index=True),
)

COOKIE = "connectory"
"""The name of the cookie that holds a session's id."""

BOOKKEEPING = "__metadata__"
"""What the session library notes about a session, in the session; it changes with every page."""
ROW = "row"
"""Where a session's data notes its own row: one whose row is gone was ended."""


class Kept(NamedTuple):
    """``data`` is JSON; ``expires_at`` in seconds since 1970."""

    id: str
    data: str
    expires_at: float

    @property
    def person(self) -> str:
        return str(json.loads(self.data).get("person", ""))

    @property
    def has_row(self) -> bool:
        return bool(json.loads(self.data).get(ROW) == digest(self.id))


def session_data(connection: Connection, id: str) -> str | None:  # noqa: A002
    """None when there is no such session, or no more."""
    return connection.execute(
        select(console_sessions.c.data).where(
            console_sessions.c.digest == digest(id), console_sessions.c.expires_at > time.time()
        )
    ).scalar()


def is_fresh(connection: Connection, kept: Kept, rest: float) -> bool:
    """Whether the row says the same already, and was written less than ``rest`` seconds ago."""
    row = connection.execute(
        select(console_sessions).where(console_sessions.c.digest == digest(kept.id))
    ).first()
    if row is None or kept.expires_at - row.expires_at > rest:
        return False
    return _said(row.data) == _said(kept.data)


def keep_session(connection: Connection, kept: Kept) -> None:
    """Write it over what there was; one that was ended while its request went on stays ended.
    Expired ones are cleared on the way."""
    row_id, expired = digest(kept.id), console_sessions.c.expires_at < time.time()
    connection.execute(delete(console_sessions).where(expired))
    values = {"person": kept.person, "expires_at": kept.expires_at}
    if kept.has_row:
        this = update(console_sessions).where(console_sessions.c.digest == row_id)
        connection.execute(this.values(data=kept.data, **values))
        return
    end_session(connection, kept.id)
    data = json.dumps({**json.loads(kept.data), ROW: row_id})
    connection.execute(insert(console_sessions).values(digest=row_id, data=data, **values))


def end_session(connection: Connection, id: str) -> None:  # noqa: A002
    connection.execute(delete(console_sessions).where(console_sessions.c.digest == digest(id)))


def end_sessions_of(connection: Connection, person: str) -> None:
    """Everywhere the person is signed in: after a new password, say."""
    connection.execute(delete(console_sessions).where(console_sessions.c.person == person))


def _said(data: str) -> dict[str, object]:
    return {name: value for name, value in json.loads(data).items() if name != BOOKKEEPING}
