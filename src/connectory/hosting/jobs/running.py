"""Runs that have been claimed, from the opening of the way to the answer."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

import structlog

from connectory.hosting.jobs.calling import Called, Doors, Way, answered, way_to
from connectory.hosting.jobs.ledger import Ledger
from connectory.hosting.jobs.model import Outcome, Run, Trigger
from connectory.hosting.jobs.store import Change, this_moment
from connectory.hosting.lines import Severity
from connectory.hosting.logbook import LogBook, Source

log = structlog.get_logger()

OPENED_TOGETHER, PAUSE = 20, 0.005
"""So many ways are opened, then others have their turn for so many seconds."""
STARTED = {
    Trigger.SCHEDULE: "The job starts.",
    Trigger.CATCH_UP: "The job was missed while the platform was down: it is caught up once.",
    Trigger.DEPLOY: "The job starts, as it does after each deploy.",
    Trigger.MANUAL: "The job starts, asked for by hand.",
}
OURS = Called(Outcome.FAILED, message="The platform failed, not the application.")

T = TypeVar("T")
Opening = asyncio.Task[Way | Called]


class Runs:
    """Used on the home loop only."""

    def __init__(self, doors: Doors, ledger: Ledger, logbook: LogBook, seconds: float) -> None:
        self.seconds = seconds
        """How long a run may take."""
        self._doors = doors
        self._ledger = ledger
        self._logbook = logbook
        self._busy: set[str] = set()
        """The applications with a run under way."""
        self._tasks: set[asyncio.Task[Any]] = set()

    def take(self, runs: Sequence[Run]) -> None:
        """Runs that are due at the same moment; each begins then."""
        self._soon(self._begin(runs))

    async def stop(self) -> None:
        """Calls end where they are."""
        while tasks := tuple(self._tasks):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, runs: Sequence[Run]) -> None:
        """Nothing stands between one request and the next: what is said about them comes later."""
        openings = dict[str, Opening]()
        try:
            for number, run in enumerate(runs):
                if run.application_id not in self._busy:
                    openings[run.id] = self._opening(run)
                if number % OPENED_TOGETHER == 0:
                    await asyncio.sleep(PAUSE)
            await asyncio.sleep(max(0, runs[0].scheduled_for - this_moment()) / 1000)
        except asyncio.CancelledError:
            for one in openings.values():
                _close_once_open(one)
            raise
        for run in runs:
            self._begin_one(run, openings.get(run.id))

    def _begin_one(self, run: Run, opening: Opening | None) -> None:
        if run.application_id in self._busy:
            if opening is not None:
                _close_once_open(opening)
            self._say(run, "The job is due and still runs: this run is skipped.", Severity.WARNING)
            self._over(run, Called(Outcome.SKIPPED, message="The run before it still ran."))
            return
        self._busy.add(run.application_id)
        way, started = _ready(opening), None
        if way is not None:
            way.ask(run)
            started = this_moment()
        self._soon(self._see_through(run, opening, started))

    async def _see_through(self, run: Run, opening: Opening | None, started: int | None) -> None:
        """``started``: when it was asked, if it has been."""
        if opening is None or (started is None and opening.done()):
            # it was busy until now, or has closed the connection that was opened ahead
            if opening is not None:
                _close_once_open(opening)
            opening = self._opening(run)
        try:
            called, started = await self._called(run, opening, started)
        except Exception:
            log.exception("job.not_called", application=run.application_id)
            called = OURS
        finally:
            self._busy.discard(run.application_id)
            _close_once_open(opening)
        self._tell(run, called)
        self._over(run, called, started)

    async def _called(
        self, run: Run, opening: Opening, started: int | None
    ) -> tuple[Called, int | None]:
        """What became of it, and when it was asked."""
        way = await opening
        if isinstance(way, Called):
            self._say(run, STARTED[run.trigger])
            return way, None
        if started is None:
            way.ask(run)
            started = this_moment()
        self._ledger.note(Change(run.id, Outcome.RUNNING, started))
        self._say(run, STARTED[run.trigger])
        called = await answered(way, self.seconds)
        masked = self._logbook.masking(run.deployment_id).masked
        return called._replace(message=called.message and masked(called.message)), started

    def _tell(self, run: Run, called: Called) -> None:
        if called.outcome is Outcome.SUCCEEDED:
            self._say(run, f"The job is done: it answered {called.status}.")
        else:
            self._say(run, f"The job failed. {called.message}", Severity.ERROR)

    def _over(self, run: Run, called: Called, started: int | None = None) -> None:
        now = this_moment()
        change = Change(run.id, called.outcome, started, now, called.status, called.message)
        self._ledger.note(change)

    def _say(self, run: Run, message: str, severity: Severity = Severity.NOTICE) -> None:
        source = Source(run.deployment_id, run.application_name)
        self._logbook.note(source, message, severity)

    def _opening(self, run: Run) -> Opening:
        return self._soon(way_to(self._doors, run))

    def _soon(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _ready(opening: Opening | None) -> Way | None:
    """The way, if it is there and still open."""
    way = None if opening is None else _opened(opening)
    return way if way is not None and way.open else None


def _opened(opening: Opening) -> Way | None:
    if not opening.done() or opening.cancelled() or opening.exception() is not None:
        return None
    way = opening.result()
    return way if isinstance(way, Way) else None


def _close_once_open(opening: Opening) -> None:
    def close(one: Opening) -> None:
        if (way := _opened(one)) is not None:
            way.close()

    opening.add_done_callback(close)
