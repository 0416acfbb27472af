"""What became of runs, written together: a thousand that end at once are few transactions."""

import asyncio

import structlog

from connectory.database import Database
from connectory.hosting.jobs.store import JOBS, Change, change_runs

log = structlog.get_logger()

TOGETHER = 0.05
"""Seconds that what became of runs waits to be written together."""
AGAIN = 1.0


class Ledger:
    """Used on the home loop only."""

    def __init__(self, database: Database) -> None:
        self.claimed: set[str] = set()
        """The runs that are seen to, until they are written down as over."""
        self._database = database
        self._became: dict[str, Change] = {}
        self._something = asyncio.Event()

    def note(self, change: Change) -> None:
        """Of several changes of a run the last one counts."""
        self._became[change.id] = change
        self._something.set()

    async def write_forever(self) -> None:
        while True:
            await self._something.wait()
            await asyncio.sleep(TOGETHER)
            self._something.clear()
            try:
                await self.flush()
            except Exception:
                log.exception("jobs.not_written")
                self._something.set()
                await asyncio.sleep(AGAIN)

    async def flush(self) -> None:
        became = tuple(self._became.values())
        if not became:
            return
        await self._database.write(lambda c: change_runs(c, became), JOBS)
        for one in became:
            if self._became.get(one.id) is one:
                del self._became[one.id]
            if one.finished_at is not None:
                self.claimed.discard(one.id)
