"""What became of delivered messages, written many at a time."""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from connectory.database import Database
from connectory.hosting.topics.queue import Failure, settle

log = structlog.get_logger()

OUTCOMES = "outcomes"
"""The subject of these writes, which nobody waits for."""
GATHER = 0.01
"""Seconds an outcome waits for company."""
MOST = 1000
AGAIN = 1.0
"""Seconds until a failed write is tried again."""


class Outcomes:
    """Takes what was decided and writes it. Home loop only.

    Lost outcomes would be harmless: their messages would be delivered again.
    """

    def __init__(self, database: Database, written: Callable[[str, set[int]], None]) -> None:
        """``written`` is called with the application's id and the messages once it is so."""
        self._database = database
        self._written = written
        self._taken: list[tuple[str, int]] = []
        self._failed: list[Failure] = []
        self._something = asyncio.Event()
        self._stopping = False

    def taken(self, application_id: str, id_: int) -> None:
        self._taken.append((application_id, id_))
        self._something.set()

    def failed(self, failure: Failure) -> None:
        self._failed.append(failure)
        self._something.set()

    async def write_forever(self) -> None:
        """Until ``stop``; then once more."""
        while not self._stopping:
            await self._something.wait()
            await asyncio.sleep(GATHER)
            try:
                await self._flush()
            except Exception:
                log.exception("topics.outcomes_not_written")
                await asyncio.sleep(AGAIN)

    def stop(self) -> None:
        """Nothing more is decided: ``write_forever`` ends when what was is on disk."""
        self._stopping = True
        self._something.set()

    async def _flush(self) -> None:
        """Everything decided so far is on disk when this returns."""
        while self._taken or self._failed:
            taken, failed = self._taken[:MOST], self._failed[:MOST]
            work = partial(settle, taken=[id_ for _, id_ in taken], failed=failed)
            await self._database.write(work, OUTCOMES)
            del self._taken[: len(taken)], self._failed[: len(failed)]
            self._tell([*taken, *((one.application_id, one.held.id) for one in failed)])
        self._something.clear()

    def _tell(self, decided: list[tuple[str, int]]) -> None:
        by_application: dict[str, set[int]] = {}
        for application_id, id_ in decided:
            by_application.setdefault(application_id, set()).add(id_)
        for application_id, ids in by_application.items():
            self._written(application_id, ids)
