"""Collecting what applications say: buffered, masked, written in batches off everyone's path."""

import asyncio
import contextlib
import threading
from collections import Counter, deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, insert

from connectory.database import Database
from connectory.hosting.lines import Said, Severity, text, understood
from connectory.hosting.logs import SWEEP, deployment_logs, sweep_logs
from connectory.hosting.masking import Masking
from connectory.wire import now, timestamp

log = structlog.get_logger()

DELAY = 0.25
"""Seconds an entry waits for company."""
BUFFER = 10_000
"""Entries kept in memory, at most 80 MiB (a line has at most 8 KiB); older ones are dropped."""
BATCH = 500
"""Entries written in one transaction, so that nobody else waits long for the writer."""
DAY = 86_400.0
REMEMBERED = 1000
"""Deployments that went away lately: a request under way must not bring their log back."""


class Source(NamedTuple):
    """Whose entry it is."""

    deployment_id: str
    application_name: str


class Waiting(NamedTuple):
    source: Source
    timestamp: str
    said: Callable[[Masking], Said]


class LogBook:
    """Takes entries from any thread and never makes anyone wait."""

    def __init__(self, database: Database, retention_days: int) -> None:
        self._database = database
        self._retention = timedelta(days=retention_days)
        self._guard = threading.Lock()
        self._waiting: deque[Waiting] = deque()
        self._dropped: Counter[Source] = Counter()
        self._maskings: dict[str, Masking] = {}
        self._secrets: dict[str, frozenset[str]] = {}
        self._gone: dict[str, None] = {}
        self._wake: Callable[[], None] = lambda: None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin writing, on the loop that calls."""
        loop, something = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is gone: stop() has written all
                loop.call_soon_threadsafe(something.set)

        self._wake = wake
        self._tasks = [
            asyncio.create_task(self._write_forever(something)),
            asyncio.create_task(self._sweep_forever()),
        ]

    async def stop(self) -> None:
        """Write what is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._wake = lambda: None
        await self.flush()

    def mask(self, deployment_id: str, secrets: tuple[str, ...]) -> Masking:
        """From now on these values do not show in the Deployment's entries, and those of before
        still do not: what served until now may serve on for a while."""
        known = self._secrets[deployment_id] = self._secrets.get(deployment_id, frozenset()).union(
            secrets
        )
        masking = self._maskings[deployment_id] = Masking(known)
        return masking

    def masking(self, deployment_id: str) -> Masking:
        return self._maskings.get(deployment_id, Masking())

    def forget(self, deployment_id: str) -> None:
        """Nothing more is written for a Deployment that is going away."""
        with self._guard:
            self._maskings.pop(deployment_id, None)
            self._secrets.pop(deployment_id, None)
            self._gone[deployment_id] = None
            if len(self._gone) > REMEMBERED:
                self._gone.pop(next(iter(self._gone)))
            self._waiting = deque(
                one for one in self._waiting if one.source.deployment_id != deployment_id
            )

    def line(self, source: Source, stream: str, line: str) -> None:
        """A line an application wrote."""
        self._add(source, lambda masking: understood(stream, masking.masked(line)))

    def note(self, source: Source, message: str, severity: Severity) -> None:
        """Something the platform says in an application's log."""
        self._add(source, lambda masking: text(masking.masked(message), severity))

    def entry(self, source: Source, said: Callable[[Masking], Said]) -> None:
        """Anything else; ``said`` is called later, off the path of whoever adds it."""
        self._add(source, said)

    def _add(self, source: Source, said: Callable[[Masking], Said]) -> None:
        with self._guard:
            if source.deployment_id in self._gone:
                return
            if len(self._waiting) >= BUFFER:
                self._dropped[self._waiting.popleft().source] += 1
            first = not self._waiting
            self._waiting.append(Waiting(source, timestamp(now()), said))
        if first:
            self._wake()

    async def flush(self) -> None:
        """Write everything added so far."""
        for _ in range(1 + BUFFER // BATCH):
            rows = self._taken()
            if not rows:
                return
            await self._database.write(partial(_insert, rows))

    def _taken(self) -> list[dict[str, Any]]:
        with self._guard:
            dropped, self._dropped = self._dropped, Counter()
            count = min(BATCH, len(self._waiting))
            batch = [self._waiting.popleft() for _ in range(count)]
        rows = [self._row(Waiting(who, timestamp(now()), _loss(n))) for who, n in dropped.items()]
        return rows + [self._row(one) for one in batch]

    def _row(self, waiting: Waiting) -> dict[str, Any]:
        said = waiting.said(self.masking(waiting.source.deployment_id))
        return {
            "deployment_id": waiting.source.deployment_id,
            "application_name": waiting.source.application_name,
            "type": said.type,
            "severity": said.severity,
            "timestamp": waiting.timestamp,
            "details": said.details,
        }

    async def _write_forever(self, something: asyncio.Event) -> None:
        while True:
            await something.wait()
            await asyncio.sleep(DELAY)
            something.clear()
            try:
                await self.flush()
                if self._waiting:
                    something.set()
            except Exception:
                # entries of one batch are lost, the platform goes on
                log.exception("logs.not_written")

    async def _sweep_forever(self) -> None:
        while True:
            try:
                await self._sweep()
            except Exception:
                log.exception("logs.not_swept")
            await asyncio.sleep(DAY)

    async def _sweep(self) -> None:
        """Old entries go in small transactions, with room for others between them."""
        before = now() - self._retention
        gone = SWEEP
        while gone >= SWEEP:
            gone = await self._database.write(lambda c: sweep_logs(c, before))
            await asyncio.sleep(DELAY)


def _insert(rows: list[dict[str, Any]], connection: Connection) -> None:
    connection.execute(insert(deployment_logs), rows)


def _loss(count: int) -> Callable[[Masking], Said]:
    message = f"{count} earlier entries were dropped: they came faster than they can be stored."
    return lambda _: text(message, Severity.WARNING)
