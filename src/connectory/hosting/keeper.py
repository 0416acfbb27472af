"""Keeping one application running: start, readiness, watching, starting again."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from enum import StrEnum

import structlog

from connectory.durable import Rejected
from connectory.hosting.backends import Backend, Door, Ended, Instance
from connectory.hosting.lines import Severity
from connectory.hosting.logbook import LogBook, Source
from connectory.hosting.placement import PORT, Placement, Running

log = structlog.get_logger()

LOOK_EVERY = 0.01
"""Seconds between two looks at an application that is starting."""
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY = 60.0
"""Seconds after which an application counts as healthy: the next restart is quick again."""
GRACE = 5.0
EVIDENCE = 4000
"""Characters of an application's output that a report shows."""
LISTEN_FIX = f"Let the application listen on port {PORT}, on all interfaces, soon after its start."


class ApplicationHaltedError(Exception):
    """Somebody halted the application while its start was awaited; nobody's fault."""


class Phase(StrEnum):
    STARTING = "is starting"
    READY = "is running"
    WAITING = "has stopped and is started again shortly"
    STOPPED = "is not running"


Turn = AbstractAsyncContextManager[object]
"""Entered while an application starts."""


class Keeper:
    """One application, from its first start to its last stop."""

    def __init__(
        self, placement: Placement, backend: Backend, logbook: LogBook, start_timeout: float
    ) -> None:
        self.placement = placement
        self.phase = Phase.STARTING
        self.door: Door | None = None
        self._backend = backend
        self._logbook = logbook
        self._source = Source(placement.deployment_id, placement.application_name)
        self._timeout = start_timeout
        self._moved = asyncio.Event()
        self._failure: Exception | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self, turn: Turn | None = None) -> None:
        """With ``turn`` it is one of many that a starting platform brings back: the first start
        waits for its turn, and a failure of it is tried again like any later one."""
        self._task = asyncio.create_task(self._keep(turn))

    async def ready(self) -> Running:
        """Once it accepts connections. Raises why its first start failed."""
        while self.door is None:
            if self._failure is not None:
                raise self._failure
            await self._moved.wait()
        return Running(self.placement.application_id)

    async def reachable(self, patience: float) -> Door | None:
        """The way in, waiting while it starts; None when there is none to wait for."""
        try:
            async with asyncio.timeout(patience):
                while self.phase is Phase.STARTING:
                    await self._moved.wait()
        except TimeoutError:
            return None
        return self.door

    async def stop(self) -> None:
        """Nothing of it is left when this returns."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._failure = self._failure or ApplicationHaltedError(self.placement.application_id)
        self._move(Phase.STOPPED)

    async def _keep(self, turn: Turn | None) -> None:
        delay = FIRST_DELAY
        while True:
            began = time.monotonic()
            try:
                why = await self._once(turn)
            except Exception as failure:
                if turn is None and self.phase is Phase.STARTING and self._failure is None:
                    self._failure = failure
                    self._move(Phase.STOPPED)
                    return
                why = _cause(failure)
            delay = FIRST_DELAY if time.monotonic() - began > STEADY else delay
            self._move(Phase.WAITING)
            self._note(f"The application {why}. It is started again in {delay:g} s.")
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)
            turn = turn or nullcontext()
            self._move(Phase.STARTING)

    async def _once(self, turn: Turn | None) -> str:
        """One life: how it ended. Raises when it does not get ready."""
        async with turn or nullcontext():
            instance = await self._backend.start(self.placement, self._say)
            try:
                await self._get_ready(instance)
            except BaseException:
                await instance.stop(0)
                raise
        self.door = instance.door
        self._move(Phase.READY)
        try:
            return (await instance.ended()).how
        finally:
            self.door = None
            await instance.stop(GRACE)

    async def _get_ready(self, instance: Instance) -> None:
        """Raises ``Rejected`` for an early end or when nothing listens in time."""
        until = time.monotonic() + self._timeout
        while not await instance.listening():
            if not instance.alive:
                raise self._died(await instance.ended())
            if time.monotonic() > until:
                raise await self._silent(instance)
            await asyncio.sleep(LOOK_EVERY)

    def _died(self, ended: Ended) -> Rejected:
        cause = f"service {ended.how} before it listened on port {PORT}"
        fix = "Start it with the same configuration on your machine and see why it ends."
        return Rejected(cause, self._evidence(ended.tail), fix)

    async def _silent(self, instance: Instance) -> Rejected:
        others = await instance.other_ports()
        instead = f"; it listens on {', '.join(map(str, others))} instead" if others else ""
        cause = f"service did not listen on port {PORT} within {self._timeout:g} seconds{instead}"
        ended = await instance.stop(0)
        return Rejected(cause, self._evidence(ended.tail), LISTEN_FIX)

    def _evidence(self, tail: str) -> str:
        return self._logbook.masking(self.placement.deployment_id).masked(tail)[-EVIDENCE:]

    def _say(self, stream: str, line: str) -> None:
        self._logbook.line(self._source, stream, line)

    def _note(self, message: str) -> None:
        name = self.placement.application_id
        log.warning("application.restarts", application=name, reason=message)
        self._logbook.note(self._source, message, Severity.ERROR)

    def _move(self, phase: Phase) -> None:
        self.phase = phase
        self._moved.set()
        self._moved = asyncio.Event()


def _cause(failure: Exception) -> str:
    """Completes "The application ...": ours and the connector's failures in their own words."""
    if isinstance(failure, Rejected):
        return f"could not be started: {failure.cause}"
    log.error("application.not_started", exc_info=failure)
    return "could not be started because the platform failed"
