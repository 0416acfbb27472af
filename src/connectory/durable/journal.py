"""What a workflow writes with: steps that are done once, and branches that run side by side."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

import msgspec
import structlog

from connectory.database import Database
from connectory.durable import runs
from connectory.durable.outcome import Rejected, RunCancelled
from connectory.durable.runs import Run, RunState

T = TypeVar("T")
log = structlog.get_logger()

FIRST_DELAY = 0.5
"""Seconds before the second attempt of a step that failed through no fault of the connector."""


_STEP: ContextVar[str] = ContextVar("step", default="")


def current_step() -> str:
    """The step whose work asks; empty outside of any."""
    return _STEP.get()


class PlatformFailure(Exception):  # noqa: N818
    """We failed, after every retry. ``str()`` says at what, without secrets."""


class Memory(Protocol):
    """Keeps the results of finished steps; DBOS in production."""

    async def once(self, name: str, work: Callable[[], Awaitable[str]]) -> str:
        """The result of ``work``, which is not run again once it has one."""

    async def branch(self, run_id: str, name: str) -> str:
        """The result of the branch, a workflow of its own under this run."""


class Done(msgspec.Struct, tag="done", frozen=True):
    result: msgspec.Raw


class Refused(msgspec.Struct, tag="rejected", frozen=True):
    cause: str
    evidence: str
    fix: str


class Broken(msgspec.Struct, tag="broken", frozen=True):
    reason: str


class Withdrawn(msgspec.Struct, tag="cancelled", frozen=True):
    pass


Verdict = Done | Refused | Broken | Withdrawn


class Journal:
    """The durable history of one run (or of one branch of it)."""

    def __init__(self, run: Run, database: Database, memory: Memory, branch: str = "") -> None:
        self.run = run
        self.branch = branch
        self._database = database
        self._memory = memory

    async def step(
        self,
        name: str,
        work: Callable[[], Awaitable[T]],
        shape: type[T],
        *,
        timeout: float = 600,
        attempts: int = 3,
    ) -> T:
        """The result of ``work``: from memory when it is done, else by doing it.

        ``work`` may run twice (a crash before its result is kept) and must bear it. Raises
        ``Rejected`` when the connector is at fault, ``RunCancelled`` when the request is withdrawn,
        ``PlatformFailure`` when ``attempts`` tries failed.
        """
        full = f"{name} {self.branch}".strip()

        async def attempt() -> str:
            # a crash may come between the outcome that everyone sees and the memory's own note
            kept = await self._database.read(lambda c: runs.step_result(c, self.run.id, full))
            return kept or _sealed(await self._attempts(full, work, timeout, attempts))

        return _open(await self._memory.once(full, attempt), shape)

    async def branches(self, names: Sequence[str], shape: type[T]) -> list[T]:
        """The results of one branch for each name, run side by side, in the order of ``names``.

        Every branch is finished before the first failure is raised.
        """
        kept = await asyncio.gather(*(self._memory.branch(self.run.id, name) for name in names))
        return [_open(text, shape) for text in kept]

    async def _attempts(
        self, name: str, work: Callable[[], Awaitable[Any]], timeout: float, attempts: int
    ) -> Verdict:
        for number in range(1, attempts + 1):
            verdict = await self._attempt(name, work, timeout)
            if not isinstance(verdict, Broken) or number == attempts:
                return verdict
            await asyncio.sleep(FIRST_DELAY * 2 ** (number - 1))
        raise AssertionError("at least one attempt")

    async def _attempt(
        self, name: str, work: Callable[[], Awaitable[Any]], timeout: float
    ) -> Verdict:
        began = time.monotonic()
        await self._database.write(lambda c: runs.step_began(c, self.run.id, name))
        token = _STEP.set(name.partition(" ")[0])
        verdict = await self._judged(name, work, timeout)
        _STEP.reset(token)
        outcome, seconds = type(verdict).__struct_config__.tag, time.monotonic() - began
        result = None if isinstance(verdict, Broken) else _sealed(verdict)
        await self._database.write(
            lambda c: runs.step_ended(c, self.run.id, name, str(outcome), seconds, result)
        )
        log.info("step.ended", run=self.run.id, step=name, outcome=outcome, seconds=seconds)
        return verdict

    async def _judged(
        self, name: str, work: Callable[[], Awaitable[Any]], timeout: float
    ) -> Verdict:
        try:
            async with asyncio.timeout(timeout):
                return Done(msgspec.Raw(msgspec.json.encode(await self._unless_withdrawn(work))))
        except Rejected as verdict:
            return Refused(verdict.cause, verdict.evidence, verdict.fix)
        except RunCancelled:
            return Withdrawn()
        except TimeoutError:
            return Broken(f"{name} did not finish within {timeout:g} seconds")
        except Exception as error:  # whatever else goes wrong is ours
            log.exception("step.failed", run=self.run.id, step=name)
            return Broken(f"{name} failed: {type(error).__name__}")

    async def _unless_withdrawn(self, work: Callable[[], Awaitable[T]]) -> T:
        task = asyncio.ensure_future(work())
        watch = asyncio.create_task(self._withdrawn())
        try:
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise RunCancelled
            return task.result()
        finally:
            for one in (task, watch):
                one.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await one

    async def _withdrawn(self) -> None:
        """Returns once the run is cancelled; never when the platform stops, which cancels this."""
        seen = -1
        while not self._database.changes.ended:
            seen = await self._database.changes.wait(seen, 5)
            run = await self._database.read(lambda c: runs.run_with_id(c, self.run.id))
            if run.state is RunState.CANCELLED:
                return
        await asyncio.get_running_loop().create_future()


def _sealed(verdict: Verdict) -> str:
    return msgspec.json.encode(verdict).decode()


def _open(text: str, shape: type[T]) -> T:
    verdict = msgspec.json.decode(text, type=Verdict)
    if isinstance(verdict, Done):
        return msgspec.json.decode(verdict.result, type=shape)
    if isinstance(verdict, Refused):
        raise Rejected(verdict.cause, verdict.evidence, verdict.fix)
    if isinstance(verdict, Withdrawn):
        raise RunCancelled
    raise PlatformFailure(verdict.reason)


def sealed_verdict(result: Any) -> str:
    """A branch's result as ``Journal.branches`` opens it."""
    return _sealed(Done(msgspec.Raw(msgspec.json.encode(result))))


def sealed_failure(error: Exception) -> str:
    """A branch's failure as ``Journal.branches`` raises it again."""
    verdict: Verdict
    if isinstance(error, Rejected):
        verdict = Refused(error.cause, error.evidence, error.fix)
    elif isinstance(error, RunCancelled):
        verdict = Withdrawn()
    else:
        verdict = Broken(str(error) or type(error).__name__)
    return _sealed(verdict)
