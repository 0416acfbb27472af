"""The jobs of all Deployments, called when they are due.

What is due is written down a moment before, so that the call itself waits for no disk. A run that
was missed while the platform was down is caught up once; one that was under way when it stopped is
said to be interrupted.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from connectory.database import Database
from connectory.hosting.jobs.calling import Called, Doors, call
from connectory.hosting.jobs.model import Outcome, Run, Trigger
from connectory.hosting.jobs.schedule import problem
from connectory.hosting.jobs.store import (
    Change,
    change_runs,
    claim,
    forget_runs,
    interrupt,
    never_due,
    next_moment,
    this_moment,
)
from connectory.hosting.lines import Severity
from connectory.hosting.logbook import LogBook, Source
from connectory.settings import Settings

if TYPE_CHECKING:
    from connectory.hosting.gateway.pools import Pools

log = structlog.get_logger()

JOBS = "jobs"
"""The subject of all that is written about jobs."""
AHEAD = 250
"""Milliseconds before a job is due that its run is written down."""
LATE = 5000
"""Milliseconds after which a run that was due counts as missed, on a machine that slept."""
LONGEST_LOOK = 60.0
TOGETHER = 0.05
"""Seconds that what became of runs waits to be written together."""
AGAIN = 1.0
SWEEP = 3600.0
STARTED = {
    Trigger.SCHEDULE: "The job starts.",
    Trigger.DEPLOY: "The job starts, as it does after each deploy.",
    Trigger.MANUAL: "The job starts, asked for by hand.",
}


class Jobs:
    """Calls jobs while it is started. Home loop only, but for ``wake``."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        doors: Doors,
        pools: "Callable[[], Pools]",
        logbook: LogBook,
    ) -> None:
        self._timeout = float(settings.job_timeout)
        self._database = database
        self._doors = doors
        self._pools = pools
        self._logbook = logbook
        self._changes = database.changes.of(JOBS)
        self._running: dict[str, str] = {}
        """The run that each application is busy with."""
        self._known: dict[str, asyncio.Task[None]] = {}
        """Every run that has been claimed and is not written down as over."""
        self._became: dict[str, Change] = {}
        self._began = 0
        """Milliseconds: what was due before is missed, however short the platform was down."""
        self._declared = True
        """Whether schedules may have been declared since the last look."""
        self._told: dict[str, str] = {}
        """The schedules that mean nothing, by application, as their logs say by now."""
        self._something = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to call what is due, on the loop that calls."""
        began = self._began = this_moment()
        for run in await self._database.write(lambda c: interrupt(c, began), JOBS):
            self._say(run, "The platform stopped while the job ran. It is not repeated.", bad=True)
        self._tasks = [
            asyncio.create_task(self._look_forever()),
            asyncio.create_task(self._write_forever()),
            asyncio.create_task(self._sweep_forever()),
        ]

    async def stop(self) -> None:
        """Nothing is called any more; what was under way is interrupted, and written so by the
        next start."""
        tasks = (*self._tasks, *self._known.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._flush()

    def wake(self) -> None:
        """Schedules were declared or a run was asked for. From any thread."""
        self._declared = True
        self._changes.announce()

    async def _look_forever(self) -> None:
        while not self._changes.ended:
            seen = self._changes.count
            try:
                pause = await self._look()
            except Exception:
                log.exception("jobs.not_read")
                pause = AGAIN
            await self._changes.wait(seen, pause)

    async def _look(self) -> float:
        """Take what is due soon; seconds until the next look."""
        if self._declared:
            await self._tell()
        moment = this_moment()
        due = await self._database.read(lambda c: next_moment(c, self._known))
        if due is None:
            return LONGEST_LOOK
        if due - AHEAD > moment:
            return min((due - AHEAD - moment) / 1000, LONGEST_LOOK)
        late = min(LATE, moment - self._began)
        claimed = await self._database.write(lambda c: claim(c, moment + AHEAD, moment, late), JOBS)
        for run in claimed:
            if run.id not in self._known:
                self._known[run.id] = asyncio.create_task(self._take(run))
        return 0.0

    async def _tell(self) -> None:
        """Each log once, of a schedule that lets the application never run."""
        self._declared = False
        told, self._told = self._told, {}
        for one in await self._database.read(never_due):
            reason = problem(one.schedule, self._began)
            if reason is None:
                continue
            self._told[one.application_id] = one.schedule
            if told.get(one.application_id) != one.schedule:
                message = f"The job never runs: its schedule '{one.schedule}' has no moment."
                source = Source(one.deployment_id, one.application_name)
                self._logbook.note(source, f"{message} {reason}", Severity.WARNING)

    async def _take(self, run: Run) -> None:
        """The run, when it is due."""
        await asyncio.sleep(max(0, run.scheduled_for - this_moment()) / 1000)
        if run.application_id in self._running:
            self._say(run, "The job is due and still runs: this run is skipped.", warning=True)
            self._note(run, Called(Outcome.SKIPPED, message="The run before it still ran."))
            return
        self._running[run.application_id] = run.id
        started = this_moment()
        self._became[run.id] = Change(run.id, Outcome.RUNNING, started)
        self._something.set()
        try:
            called = await self._called(run)
        finally:
            del self._running[run.application_id]
        self._note(run, called, started)

    async def _called(self, run: Run) -> Called:
        if run.trigger is Trigger.CATCH_UP:
            self._say(run, "The job was missed while the platform was down: it is caught up once.")
        else:
            self._say(run, STARTED[run.trigger])
        try:
            called = await call(self._doors, self._pools(), run, self._timeout)
        except Exception:
            log.exception("job.not_called", application=run.application_id)
            return Called(Outcome.FAILED, message="The platform failed, not the application.")
        masked = self._logbook.masking(run.deployment_id).masked
        called = called._replace(message=masked(called.message) if called.message else None)
        if called.outcome is Outcome.SUCCEEDED:
            self._say(run, f"The job is done: it answered {called.status}.")
        else:
            self._say(run, f"The job failed. {called.message}", bad=True)
        return called

    def _note(self, run: Run, called: Called, started: int | None = None) -> None:
        self._became[run.id] = Change(
            run.id, called.outcome, started, this_moment(), called.status, called.message
        )
        self._something.set()

    async def _write_forever(self) -> None:
        while True:
            await self._something.wait()
            await asyncio.sleep(TOGETHER)
            self._something.clear()
            try:
                await self._flush()
            except Exception:
                log.exception("jobs.not_written")
                self._something.set()
                await asyncio.sleep(AGAIN)

    async def _flush(self) -> None:
        became = tuple(self._became.values())
        if not became:
            return
        await self._database.write(lambda c: change_runs(c, became), JOBS)
        for one in became:
            if self._became.get(one.id) is one:
                del self._became[one.id]
            if one.finished_at is not None:
                self._known.pop(one.id, None)

    async def _sweep_forever(self) -> None:
        while True:
            try:
                await self._database.write(forget_runs, JOBS)
            except Exception:
                log.exception("jobs.not_swept")
            await asyncio.sleep(SWEEP)

    def _say(self, run: Run, message: str, *, bad: bool = False, warning: bool = False) -> None:
        severity = Severity.ERROR if bad else Severity.WARNING if warning else Severity.NOTICE
        source = Source(run.deployment_id, run.application_name)
        self._logbook.note(source, message, severity)
