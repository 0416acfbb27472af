"""Where the console's sessions are kept: rows, known by the digest of what the cookie holds."""

import time

from sqlalchemy import Connection
from starsessions import SessionStore

from connectory.auth import sessions
from connectory.database import Database

REST = 60
"""Seconds within which an unchanged session is not written again."""


class DatabaseSessions(SessionStore):
    """Sessions survive a restart, and end for good when their row is deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, session_id: str, lifetime: int) -> bytes:  # noqa: ARG002
        found = await self._database.read(lambda c: sessions.session_data(c, session_id))
        return (found or "{}").encode()

    async def write(self, session_id: str, data: bytes, lifetime: int, ttl: int) -> str:  # noqa: ARG002
        kept = sessions.Kept(session_id, data.decode(), time.time() + ttl)
        if not await self._database.read(lambda c: sessions.is_fresh(c, kept, REST)):
            await self._database.write(lambda c: sessions.keep_session(c, kept))
        return session_id

    async def remove(self, session_id: str) -> None:
        def work(connection: Connection) -> None:
            sessions.end_session(connection, session_id)

        await self._database.write(work)
