"""Answers remembered for as long as nothing at all has been written.

SQLite tells in a few microseconds whether any connection of any process has committed since
(``PRAGMA data_version``), which is ten times cheaper than asking again. Where a database cannot
tell, nothing is remembered.

One look serves everything that runs before the event loop turns: whatever runs in that time was
woken before the look, so no request of it began after a commit that the look did not see.
"""

import asyncio
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
        self._looked = False
        self._known: dict[Hashable, Any] = {}

    async def read(self, key: Hashable, work: Callable[[Connection], T]) -> T:
        """What ``work`` reads; remembered under ``key`` unless it is None or raises."""
        if not self._looked:
            self._look()
        known = self._known.get(key)
        if known is not None:
            return cast("T", known)
        value = await self._database.read(work)
        # a write may have come between the look and the reading: then the next look forgets this
        if value is not None and self._version is not None:
            self._remember(key, value)
        return value

    def _look(self) -> None:
        version = self._database.data_version()
        if version != self._version:
            self._known.clear()
            self._version = version
        self._looked = True
        asyncio.get_running_loop().call_soon(self._turned)

    def _turned(self) -> None:
        self._looked = False

    def _remember(self, key: Hashable, value: object) -> None:
        if len(self._known) >= LARGEST:
            self._known.clear()
        self._known[key] = value
