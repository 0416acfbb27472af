"""The jobs of all Deployments, called when they are due.

What is due is written down a moment before, and the way to it is opened, so that the call itself
waits for no disk and no network. A run that was missed while the platform was down is caught up
once; one that was under way when it stopped is said to be interrupted.
"""

import asyncio
from collections import defaultdict

import structlog

from connectory.database import Database
from connectory.hosting.jobs.calling import Doors
from connectory.hosting.jobs.ledger import AGAIN, Ledger
from connectory.hosting.jobs.model import Run
from connectory.hosting.jobs.running import Runs
from connectory.hosting.jobs.schedule import problem
from connectory.hosting.jobs.store import (
    JOBS,
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

log = structlog.get_logger()

AHEAD = 1000
"""Milliseconds before a job is due that its run is written down."""
LATE = 5000
"""Milliseconds after which a run that was due counts as missed, on a machine that slept."""
LONGEST_LOOK = 60.0
SWEEP = 3600.0


class Jobs:
    """Calls jobs while it is started. Home loop only, but for ``wake``."""

    def __init__(
        self, settings: Settings, database: Database, doors: Doors, logbook: LogBook
    ) -> None:
        self._database = database
        self._logbook = logbook
        self._changes = database.changes.of(JOBS)
        self._ledger = Ledger(database)
        self.runs = Runs(doors, self._ledger, logbook, float(settings.job_timeout))
        self._began = 0
        """Milliseconds: what was due before is missed, however short the platform was down."""
        self._declared = True
        """Whether schedules may have been declared since the last look."""
        self._told: dict[str, str] = {}
        """The schedules that mean nothing, by application, as their logs say by now."""
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to call what is due, on the loop that calls."""
        began = self._began = this_moment()
        for run in await self._database.write(lambda c: interrupt(c, began), JOBS):
            source = Source(run.deployment_id, run.application_name)
            message = "The platform stopped while the job ran. It is not repeated."
            self._logbook.note(source, message, Severity.ERROR)
        self._tasks = [
            asyncio.create_task(self._look_forever()),
            asyncio.create_task(self._ledger.write_forever()),
            asyncio.create_task(self._sweep_forever()),
        ]

    async def stop(self) -> None:
        """Nothing is called any more; what was under way is interrupted, and written so by the
        next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.runs.stop()
        await self._ledger.flush()
        self._ledger.claimed.clear()

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
        moment, claimed = this_moment(), self._ledger.claimed
        due = await self._database.read(lambda c: next_moment(c, claimed))
        if due is None:
            return LONGEST_LOOK
        if due - AHEAD > moment:
            return min((due - AHEAD - moment) / 1000, LONGEST_LOOK)
        late = min(LATE, moment - self._began)
        found = await self._database.write(lambda c: claim(c, moment + AHEAD, moment, late), JOBS)
        self._take([run for run in found if run.id not in claimed])
        return 0.0

    def _take(self, runs: list[Run]) -> None:
        together: defaultdict[int, list[Run]] = defaultdict(list)
        for run in runs:
            self._ledger.claimed.add(run.id)
            together[run.scheduled_for].append(run)
        for due in together.values():
            self.runs.take(due)

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

    async def _sweep_forever(self) -> None:
        while True:
            try:
                await self._database.write(forget_runs, JOBS)
            except Exception:
                log.exception("jobs.not_swept")
            await asyncio.sleep(SWEEP)
