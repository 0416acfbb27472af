"""SQLite: reads inline on a connection of the thread's own, writes through one writer.

The writer commits whatever has gathered while the disk was busy in one transaction (group commit),
each piece of work in a savepoint of its own. WAL lets readers go on; ``synchronous=FULL`` makes a
commit durable when it returns.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from connectory.database.changes import Changes
from connectory.database.migrate import migrate

T = TypeVar("T")

BATCH = 128


class Piece(NamedTuple):
    """Work that waits to be written, and whom its change concerns."""

    work: Callable[[Connection], Any]
    future: "Future[Any]"
    subject: str | None


class Reader(NamedTuple):
    """A thread's own connection. ``used`` while it reads: closing a connection under a thread that
    reads crashes the whole process."""

    connection: Connection
    driver: Any
    used: "threading.RLock"


class SQLite:
    """One file, many reading threads, one writing thread."""

    def __init__(self, file: Path) -> None:
        self.changes = Changes()
        self._engine = _engine(file)
        self._readers = threading.local()
        self._opened: list[Reader] = []
        self._waiting: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        with self._engine.connect() as connection:
            migrate(connection)
        self._writer = threading.Thread(target=self._write_forever, name="database", daemon=True)
        self._writer.start()

    async def read(self, work: Callable[[Connection], T]) -> T:
        return self.read_blocking(work)

    async def write(self, work: Callable[[Connection], T], subject: str | None = None) -> T:
        return await asyncio.wrap_future(self._submit(work, subject))

    def read_blocking(self, work: Callable[[Connection], T]) -> T:
        reader = self._reader()
        with reader.used:
            return work(reader.connection)

    def write_blocking(self, work: Callable[[Connection], T]) -> T:
        return self._submit(work).result()

    def data_version(self) -> int:
        reader = self._reader()
        with reader.used:
            version: int = reader.driver.execute("PRAGMA data_version").fetchone()[0]
        return version

    def close(self) -> None:
        self._waiting.put(None)
        self._writer.join()
        for reader in self._opened:
            with reader.used:
                reader.connection.close()
        self._engine.dispose()

    def _submit(self, work: Callable[[Connection], T], subject: str | None = None) -> "Future[T]":
        future: Future[T] = Future()
        self._waiting.put(Piece(work, future, subject))
        return future

    def _reader(self) -> Reader:
        reader: Reader | None = getattr(self._readers, "reader", None)
        if reader is None:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            reader = Reader(connection, connection.connection.driver_connection, threading.RLock())
            self._readers.reader = reader
            self._opened.append(reader)
        return reader

    def _write_forever(self) -> None:
        with self._engine.connect() as connection:
            while batch := self._next_batch():
                self._commit(connection, batch)

    def _next_batch(self) -> list[Piece]:
        """What is waiting, at least one piece; empty when the database closes."""
        batch = [self._waiting.get()]
        with contextlib.suppress(queue.Empty):
            while len(batch) < BATCH:
                batch.append(self._waiting.get_nowait())
        if None in batch:
            self._waiting.put(None)
        return [piece for piece in batch if piece is not None]

    def _commit(self, connection: Connection, batch: list[Piece]) -> None:
        done: list[tuple[Future[Any], Callable[[], None]]] = []
        try:
            with connection.begin():
                for piece in batch:
                    self._attempt(connection, piece.work, piece.future, done)
        except BaseException as error:  # whoever waits is told
            for future, _ in done:
                future.set_exception(error)
            return
        self.changes.announce_to(piece.subject for piece in batch)
        for _, tell in done:
            tell()

    @staticmethod
    def _attempt(
        connection: Connection,
        work: Callable[[Connection], Any],
        future: "Future[Any]",
        done: list[tuple["Future[Any]", Callable[[], None]]],
    ) -> None:
        """Whoever asked is told after the commit, of a failure too: it may speak of what earlier
        pieces of the batch have written."""
        if not future.set_running_or_notify_cancel():
            return  # given up before it began
        try:
            with connection.begin_nested():
                result = work(connection)
            done.append((future, partial(future.set_result, result)))
        except Exception as error:  # the error belongs to who asked
            done.append((future, partial(future.set_exception, error)))


def _engine(file: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{file}",
        poolclass=NullPool,
        # an error is logged, and what it was about may be a secret
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy sends BEGIN itself (below): the driver must not
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
