"""Answers remembered for as long as nothing at all has been written.

SQLite tells in a few microseconds whether any connection of any process has committed since
(``PRAGMA data_version``), which is ten times cheaper than asking again. Where a database cannot
tell, nothing is remembered.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from connectory.database.engine import Database

T = TypeVar("T")

LARGEST = 10_000


class Memo:
    """Belongs to one event loop: it is asked and filled without locks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: int | None = None
        self._known: dict[Hashable, Any] = {}

    async def read(self, key: Hashable, work: Callable[[Connection], T]) -> T:
        """What ``work`` reads; remembered under ``key`` unless it is None or raises."""
        version = self._database.data_version()
        if version is None:
            return await self._database.read(work)
        if version != self._version or len(self._known) >= LARGEST:
            self._known.clear()
            self._version = version
        if key in self._known:
            return cast("T", self._known[key])
        value = await self._database.read(work)
        # a write may have come between the two looks: then the next look forgets this
        if value is not None:
            self._known[key] = value
        return value
