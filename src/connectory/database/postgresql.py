"""PostgreSQL through an asynchronous driver, on an event loop of its own.

One loop means one pool for every thread and loop of the platform, and connections that are closed
where they were opened.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from connectory.database.changes import Changes
from connectory.database.migrate import migrate

T = TypeVar("T")

MIGRATION_LOCK = 0x636F6E6E


class PostgreSQL:
    """Any number of platforms may share one; a migration runs in one of them at a time."""

    def __init__(self, url: str) -> None:
        self.changes = Changes()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="database", daemon=True)
        self._thread.start()
        self._engine = self._call(_open(url)).result()

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._call(self._read(work)))

    async def write(self, work: Callable[[Connection], T], subject: str | None = None) -> T:
        return await asyncio.wrap_future(self._call(self._write(work, subject)))

    def read_blocking(self, work: Callable[[Connection], T]) -> T:
        return self._call(self._read(work)).result()

    def write_blocking(self, work: Callable[[Connection], T]) -> T:
        return self._call(self._write(work)).result()

    def data_version(self) -> None:
        """PostgreSQL would have to be asked, which costs as much as reading."""

    def close(self) -> None:
        self._call(self._engine.dispose()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(work)

    async def _write(self, work: Callable[[Connection], T], subject: str | None = None) -> T:
        async with self._engine.begin() as connection:
            result = await connection.run_sync(work)
        self.changes.announce_to([subject])
        return result


async def _open(url: str) -> AsyncEngine:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        # an error is logged, and what it was about may be a secret
        hide_parameters=True,
    )
    async with engine.connect() as connection:
        await connection.run_sync(_migrate_alone)
    return engine


def _migrate_alone(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    try:
        migrate(connection)
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
