"""Reading and writing.

``work`` is a plain function over a SQLAlchemy ``Connection``; both databases run the same one.
``read`` runs it at once; ``write`` runs it in a transaction that is durable when ``write`` returns.
Both may be called from any event loop in any thread.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from connectory.database.changes import Changes

T = TypeVar("T")
Work = Callable[[Connection], T]


class Database(Protocol):
    """What every store builds on."""

    changes: Changes

    async def read(self, work: Callable[[Connection], T]) -> T:
        """The answer of ``work``, which must not write."""

    async def write(self, work: Callable[[Connection], T], subject: str | None = None) -> T:
        """The answer of ``work``, once its transaction is on disk.

        If ``work`` raises, nothing of it is kept and the error is raised here. With ``subject``,
        nobody is told but who waits for ``changes.of(subject)``.
        """

    def read_blocking(self, work: Callable[[Connection], T]) -> T:
        """``read`` for code without an event loop (command line, worker threads)."""

    def write_blocking(self, work: Callable[[Connection], T]) -> T:
        """``write`` for code without an event loop."""

    def data_version(self) -> int | None:
        """A number that is another one after any commit of any process; None: cannot be told.

        For one thread: numbers of different threads say nothing about each other.
        """

    def close(self) -> None: ...


def open_database(url: str, directory: Path) -> Database:
    """The database at ``url``, or SQLite in ``directory``; migrated to this release's schema."""
    from connectory.database import postgresql, sqlite

    if url:
        return postgresql.PostgreSQL(url)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return sqlite.SQLite(directory / "connectory.db")
