"""Keeping one instance running: start, readiness, health, watching, starting again."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from typing import Any

from connectory.hosting import health
from connectory.hosting.backends import Backend, Instance
from connectory.hosting.instances import InstanceState
from connectory.hosting.lease import Reach
from connectory.hosting.logbook import LogBook
from connectory.hosting.phases import ApplicationHaltedError, Phase
from connectory.hosting.placement import Placement, Running
from connectory.hosting.readiness import Readiness
from connectory.hosting.restarts import Pace, Restarts, after_end, recovered
from connectory.hosting.telling import Telling, cause
from connectory.wire import now as moment
from connectory.wire import timestamp

GRACE = 5.0
"""Seconds between the request to end and the end."""
LAST_WORDS = 2.0
"""Seconds for answers under way when an instance must go at once."""
FOREVER = 1e9


Turn = AbstractAsyncContextManager[object]
"""Entered while an application starts."""


class Keeper:
    """One instance, from its first start to its last stop."""

    def __init__(
        self,
        placement: Placement,
        backend: Backend,
        logbook: LogBook,
        start_timeout: float,
        pace: Pace,
        moved: Callable[[], None],
    ) -> None:
        self.placement = placement
        self.phase = Phase.STARTING
        self.reach: Reach | None = None
        """There while it may be called."""
        self.restarts = Restarts()
        self.trouble = ""
        """Why its last life ended, or did not begin; completes "The application ..."."""
        self._since = timestamp(moment())
        self._health: health.Answer | None = None
        self._checks = health.checks(placement.health)
        self._backend = backend
        self._told = Telling(placement, logbook)
        self._readiness = Readiness(placement, self._checks, start_timeout, self._told.masked)
        self._pace = pace
        self._tell = moved
        self._moved = asyncio.Event()
        self._failure: Exception | None = None
        self._leaving = self._cancelled = False
        self._ready_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def begin(self, turn: Turn | None = None) -> None:
        """With ``turn`` it is one that has run before, or further one: the first start waits for
        its turn, and a failure of it is tried again like any later one."""
        self._task = asyncio.create_task(self._keep(turn))

    @property
    def state(self) -> InstanceState:
        return InstanceState(
            phase=str(self.phase),
            since=self._since,
            health=self._told.masked(self._health.said) if self._health else None,
            healthy=self._health.well if self._health else None,
            restarts=self.restarts.count,
            crash_loop=self.restarts.looping,
            last_failure=self.trouble or None,
            requests=self.reach.held if self.reach else 0,
        )

    async def ready(self) -> Running:
        """Once it may be called. Raises why its first start failed."""
        while self.reach is None:
            if self._failure is not None:
                raise self._failure
            await self._moved.wait()
        return Running(self.placement.application_id)

    async def drain(self, patience: float) -> None:
        """``stop``, once nobody calls it any more or ``patience`` seconds have passed."""
        reach = self._leave()
        await self._emptied(reach, patience)
        await self.stop()

    async def stop(self) -> None:
        """Nothing of it is left when this returns; what is under way has a moment to end."""
        reach = self._leave()
        if reach is not None:
            reach.recalled.set()
            await self._emptied(reach, LAST_WORDS)
        if self._task is not None:
            if not self._cancelled:  # a second time would interrupt its end
                self._cancelled = True
                self._task.cancel()
            await asyncio.wait({self._task})
        self._failure = self._failure or ApplicationHaltedError(self.placement.application_id)
        self._move(Phase.STOPPED)

    def _leave(self) -> Reach | None:
        """It is not started again, and takes no further callers."""
        self._leaving = True
        return self.reach

    async def _emptied(self, reach: Reach | None, patience: float) -> None:
        """Returns when nobody calls it, when it has ended, or after ``patience`` seconds."""
        if reach is None or not reach.held or self._task is None:
            return
        free = asyncio.ensure_future(reach.free())
        await asyncio.wait(
            {free, self._task}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
        )
        free.cancel()
        with suppress(asyncio.CancelledError):
            await free

    async def _keep(self, turn: Turn | None) -> None:
        while not self._leaving:
            self._ready_at = 0.0
            try:
                self.trouble = await self._live(turn)
            except Exception as failure:
                if turn is None:
                    self._failure = failure
                    self._move(Phase.STOPPED)
                    return
                self.trouble = cause(failure)
            turn = turn or nullcontext()
            if not self._leaving:
                await self._pause(time.monotonic() - self._ready_at if self._ready_at else 0.0)

    async def _live(self, turn: Turn | None) -> str:
        """One life: how it ended. Raises when it does not get ready."""
        self._move(Phase.STARTING)
        async with turn or nullcontext():
            instance = await self._backend.start(self.placement, self._told.line)
            try:
                self._health = await self._readiness.reached(instance)
            except BaseException:
                await to_its_end(instance.stop(0))
                raise
        reach = self.reach = Reach(instance.door)
        self._ready_at = time.monotonic()
        self._move(Phase.READY)
        try:
            return self._told.masked(await self._watched(instance, reach))
        finally:
            self.reach = None
            try:
                await to_its_end(instance.stop(GRACE))
            finally:
                reach.door.close()

    async def _watched(self, instance: Instance, reach: Reach) -> str:
        """How its life ended. One that is ill for too long takes no further callers, and those it
        has get a moment."""
        ended = asyncio.ensure_future(instance.ended())
        ill = asyncio.ensure_future(self._until_ill(reach))
        calm = asyncio.ensure_future(self._until_calm())
        try:
            await asyncio.wait({ended, ill}, return_when=asyncio.FIRST_COMPLETED)
            self.reach = None
            self._move(Phase.STARTING)
            if ended.done():
                return ended.result().how
            await self._emptied(reach, LAST_WORDS)
            return ill.result()
        finally:
            for task in (ended, ill, calm):
                task.cancel()

    async def _until_ill(self, reach: Reach) -> str:
        failures, checks = 0, self._checks
        while checks is None or failures < checks.threshold:
            await asyncio.sleep(checks.interval if checks else FOREVER)
            if checks is not None:
                self._health = answer = await health.ask(reach.door, checks)
                failures = 0 if answer.well else failures + 1
        said = self._health.said if self._health else ""
        return f"failed its health check {failures} times in a row: GET {checks.path} {said}"

    async def _until_calm(self) -> None:
        await asyncio.sleep(self._pace.steady)
        if self.restarts.looping:
            self._told.steady()
        self.restarts = recovered(self.restarts)

    async def _pause(self, lived: float) -> None:
        """Between two lives. One that ended for the first time in a while is back so soon that its
        callers wait; others are told."""
        before, now = self.restarts, time.monotonic()
        self.restarts = after_end(before, self._pace, now, lived)
        delay = self.restarts.delay
        quick = lived > 0 and delay == self._pace.first_delay
        self._move(Phase.STARTING if quick else Phase.WAITING)
        self._told.ended(self.trouble, before, self.restarts, self._pace)
        await asyncio.sleep(delay)

    def _move(self, phase: Phase) -> None:
        if phase is not self.phase:
            self._since = timestamp(moment())
        self.phase = phase
        self._moved.set()
        self._moved = asyncio.Event()
        self._tell()


async def to_its_end(work: Coroutine[Any, Any, object]) -> None:
    """``work`` is finished when this returns, also when it is cancelled meanwhile."""
    working = asyncio.ensure_future(work)
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        raise
