"""Collecting what applications say: bounded, masked, written in batches off everyone's path."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection

from connectory.database import Database
from connectory.hosting.floods import Allowance, Backlog, Losses, Source
from connectory.hosting.lines import Said, Severity, text, understood
from connectory.hosting.logs import SWEEP, keep_logs, sweep_logs
from connectory.hosting.masking import Masking
from connectory.settings import Settings
from connectory.wire import now, timestamp

__all__ = ["Bounds", "LogBook", "Source"]

log = structlog.get_logger()

DELAY = 0.25
"""Seconds an entry waits for company."""
BUFFER = 10_000
"""Entries kept in memory, at most 160 MiB (a line has at most 16 KiB)."""
BATCH = 1000
"""Entries written in one transaction, so that nobody else waits long for the writer."""
PERIOD = 10.0
"""Seconds between two notes about what an application has lost."""
PERIOD_OF_OLD = 300.0
"""The same about the oldest entries, which went because there are too many: a note must not be
among them soon."""
DAY = 86_400.0
REMEMBERED = 1000
"""Deployments that went away lately: a request under way must not bring their log back."""
MIB = 1 << 20


class Bounds(NamedTuple):
    """``rate``: entries a second that one application may add over time. ``size``: bytes of a
    Deployment's log that are kept."""

    rate: int = 1000
    size: int = 256 * MIB

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        return cls(settings.log_rate, settings.log_max_size * MIB)


USUAL = Bounds()


class Waiting(NamedTuple):
    source: Source
    timestamp: str
    said: Callable[[Masking], Said]


class LogBook:
    """Takes entries from any thread and never makes anyone wait."""

    def __init__(
        self,
        database: Database,
        retention_days: int,
        bounds: Bounds = USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._retention = timedelta(days=retention_days)
        self._bounds = bounds
        self._clock = clock
        self._guard = threading.Lock()
        self._writing = asyncio.Lock()
        self._waiting = Backlog[Waiting](BUFFER)
        self._allowances: dict[Source, Allowance] = {}
        self._lost = Losses(PERIOD, clock)
        self._removed = Losses(PERIOD_OF_OLD, clock)
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
        async with self._writing:  # a batch under way is written to its end
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
            self._waiting.forget(deployment_id)
            self._lost.forget(deployment_id)
            self._removed.forget(deployment_id)
            for source in [one for one in self._allowances if one.deployment_id == deployment_id]:
                del self._allowances[source]

    def line(self, source: Source, stream: str, line: str) -> None:
        """A line an application wrote."""
        self._add(source, lambda masking: understood(stream, masking.masked(line)))

    def entry(self, source: Source, said: Callable[[Masking], Said]) -> None:
        """Anything else that comes as often as others like; ``said`` is called later, off the path
        of whoever adds it."""
        self._add(source, said)

    def note(self, source: Source, message: str, severity: Severity) -> None:
        """Something the platform says in an application's log; it always may."""
        self._add(source, lambda masking: text(masking.masked(message), severity), free=True)

    def _add(self, source: Source, said: Callable[[Masking], Said], *, free: bool = False) -> None:
        with self._guard:
            if source.deployment_id in self._gone:
                return
            allowed = free or self._allowance(source).take()
            first = not len(self._waiting) and (allowed or not self._lost)
            if allowed:
                loser = self._waiting.add(source, Waiting(source, timestamp(now()), said))
            else:
                loser = source
            if loser is not None:
                self._lost.add(loser)
        if first:
            self._wake()

    def _allowance(self, source: Source) -> Allowance:
        known = self._allowances.get(source)
        if known is None:
            known = self._allowances[source] = Allowance(self._bounds.rate, self._clock)
        return known

    async def flush(self) -> None:
        """Write everything added so far."""
        while await self._write_batch(every_loss=True):
            pass

    async def _write_batch(self, *, every_loss: bool = False) -> bool:
        """Whether there was anything to write."""
        async with self._writing:
            rows = await asyncio.to_thread(partial(self._rows, every_loss=every_loss))
            if rows:
                await self._database.write(partial(self._keep, rows))
            return bool(rows)

    def _keep(self, rows: list[dict[str, Any]], connection: Connection) -> None:
        with self._guard:  # what went away since the rows were made stays away
            rows = [row for row in rows if row["deployment_id"] not in self._gone]
        if not rows:
            return
        gone = keep_logs(connection, rows, self._bounds.size)
        with self._guard:
            for source, count in gone.items():
                self._removed.add(source, count)

    def _rows(self, *, every_loss: bool) -> list[dict[str, Any]]:
        moment = timestamp(now())
        with self._guard:
            lost, removed = self._lost.take(everything=every_loss), self._removed.take()
            batch = self._waiting.take(BATCH)
        notes = [
            *(Waiting(who, moment, _lost(count, self._bounds.rate)) for who, count in lost),
            *(Waiting(who, moment, _removed(count, self._bounds.size)) for who, count in removed),
        ]
        return [self._row(one) for one in (*notes, *batch)]

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
        """A batch at a time, with a pause: however much is said, so many a second are written."""
        while True:
            await self._until(something)
            await asyncio.sleep(DELAY)
            something.clear()
            try:
                await self._write_batch()
            except Exception:
                # entries of one batch are lost, the platform goes on
                log.exception("logs.not_written")
            if len(self._waiting):
                something.set()

    async def _until(self, something: asyncio.Event) -> None:
        """Until an entry waits, or a loss is to be told of."""
        with self._guard:
            due = self._lost.due()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(due):
                await something.wait()

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


def _lost(count: int, rate: int) -> Callable[[Masking], Said]:
    message = (
        f"{count} entries were dropped: more than {rate} a second over time, or more than can be "
        "stored."
    )
    return lambda _: text(message, Severity.WARNING)


def _removed(count: int, size: int) -> Callable[[Masking], Said]:
    message = f"The {count} oldest entries were removed: a log has at most {size // MIB} MiB."
    return lambda _: text(message, Severity.NOTICE)
