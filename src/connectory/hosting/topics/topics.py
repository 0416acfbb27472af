"""The messages of all topics on their way to their applications.

What is published is in a table. From there some messages of each topic are read ahead and
delivered, so many at a time; what becomes of them is written back, many at a time. Nothing but the
table is needed to go on after a crash: a message that was under way is delivered again.
"""

import asyncio
import contextlib
import time
from datetime import timedelta
from functools import partial

import structlog

from connectory.database import Database
from connectory.hosting.logbook import LogBook
from connectory.hosting.topics.connections import Connections
from connectory.hosting.topics.delivery import Doors
from connectory.hosting.topics.dispatcher import Dispatcher
from connectory.hosting.topics.line import Line
from connectory.hosting.topics.outcomes import OUTCOMES, Outcomes
from connectory.hosting.topics.publisher import MESSAGES
from connectory.hosting.topics.queue import due_messages
from connectory.hosting.topics.retention import AT_ONCE, forget_dead, forget_orphans, give_up
from connectory.hosting.topics.sources import Sources
from connectory.hosting.topics.store import all_topics, next_of_each
from connectory.settings import Settings

log = structlog.get_logger()

LONGEST_LOOK = 10.0
"""Seconds between two looks at the table when nothing is known to be due."""
AGAIN = 1.0
TIDY = 5.0
SWEEP = 600.0
LAST_WRITES = 10.0
"""Seconds that the database has to finish what it is doing when the platform stops."""


class Topics:
    """Delivers while it is started. Home loop only, but for ``wake``."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        doors: Doors,
        logbook: LogBook,
        connections: Connections | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._changes = database.changes.of(MESSAGES)
        self._connections = connections or Connections()
        self._outcomes = Outcomes(database, self._written)
        self._dispatcher = Dispatcher(
            doors, self._connections, self._outcomes, logbook, self._changes.announce
        )
        self._sources = Sources(settings, database)
        self._lines: dict[str, Line] = {}
        self._stale = True
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to deliver what is there, on the loop that calls."""
        await self._database.write(forget_orphans, OUTCOMES)
        self._tasks = [
            asyncio.create_task(self._feed_forever()),
            asyncio.create_task(self._outcomes.write_forever()),
            asyncio.create_task(self._sweep_forever()),
            asyncio.create_task(self._tidy_forever()),
        ]
        self._sources.start()

    async def stop(self) -> None:
        """Nothing is under way when this returns, and what was decided is written."""
        await self._sources.stop()
        self._stopping.set()
        self._changes.announce()
        await self._dispatcher.stop()
        self._outcomes.stop()
        await self._ended()

    async def _ended(self) -> None:
        """They end by themselves: a database may lose a connection that is given up while it is
        made."""
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=LAST_WRITES)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def wake(self) -> None:
        """Topics have been declared, changed or deleted. From any thread."""
        self._stale = True
        self._changes.announce()

    async def _feed_forever(self) -> None:
        while not (self._changes.ended or self._stopping.is_set()):
            seen = self._changes.count
            try:
                pause = await self._feed()
            except Exception:
                log.exception("topics.not_read")
                pause = AGAIN
            await self._changes.wait(seen, pause)

    async def _feed(self) -> float:
        """Read ahead what is due; seconds until something else will be."""
        if self._stale:
            self._stale = False
            await self._reload()
        now = time.time()
        following = await self._database.read(next_of_each)
        if following.keys() - self._lines.keys():
            self._stale = True  # declared by somebody who did not say so
            return 0.0
        for application_id, due in following.items():
            if due <= now:
                await self._fill(self._lines[application_id], now)
        later = (due - now for due in following.values() if due > now)
        return min(LONGEST_LOOK, min(later, default=LONGEST_LOOK))

    async def _reload(self) -> None:
        found = {one.application_id: one for one in await self._database.read(all_topics)}
        for gone in self._lines.keys() - found.keys():
            self._dispatcher.drop(self._lines.pop(gone))
        for application_id, topic in found.items():
            line = self._lines.get(application_id)
            if line is None:
                self._lines[application_id] = Line(topic, self._settings.topic_concurrency)
            else:
                line.change(topic)

    async def _fill(self, line: Line, now: float) -> None:
        if room := line.room:
            id_, known = line.topic.application_id, set(line.known)
            read = partial(due_messages, application_id=id_, but=known, now=now, most=room)
            line.add(await self._database.read(read), room)
            self._dispatcher.offer(line)

    def _written(self, application_id: str, ids: set[int]) -> None:
        line = self._lines.get(application_id)
        if line is not None:
            line.settled(ids)
            if not line.known:
                # only now the table tells when the next of them is due
                self._changes.announce()

    async def _tidy_forever(self) -> None:
        while not self._stopping.is_set():
            await self._pause(TIDY)
            self._connections.sweep()

    async def _pause(self, seconds: float) -> None:
        """Shorter when the platform stops."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    async def _sweep_forever(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._sweep()
            except Exception:
                log.exception("topics.not_swept")
            await self._pause(SWEEP)

    async def _sweep(self) -> None:
        kept = timedelta(days=self._settings.topic_retention_days)
        dead = timedelta(days=self._settings.dead_letter_retention_days)
        for sweep in (partial(give_up, kept=kept), partial(forget_dead, kept=dead)):
            swept = AT_ONCE
            while swept >= AT_ONCE:
                swept = await self._database.write(sweep, OUTCOMES)
