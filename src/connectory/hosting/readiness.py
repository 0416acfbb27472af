"""Waiting until an instance may be called, and saying why not if it never may."""

import asyncio
import time
from collections.abc import Callable

from connectory.durable import Rejected
from connectory.hosting import health
from connectory.hosting.backends import Ended, Instance
from connectory.hosting.placement import PORT, Placement

LOOK_EVERY = 0.005
"""Seconds between two looks at an application that is starting."""
ASK_EVERY = 0.1
"""Seconds between two health checks of one that is starting."""
EVIDENCE = 4000
"""Characters of an application's output that a report shows."""
LISTEN_FIX = f"Let the application listen on port {PORT}, on all interfaces, soon after its start."
START_FIX = "Start it with the same configuration on your machine and see why it ends."


class Readiness:
    """What makes an instance ready: it listens, and passes its health check if it declares one.

    ``masked`` takes secrets out of a text.
    """

    def __init__(
        self,
        placement: Placement,
        checks: health.Checks | None,
        seconds: float,
        masked: Callable[[str], str],
    ) -> None:
        self._what = str(placement.kind)
        self._checks = checks
        self._seconds = seconds
        self._masked = masked

    async def reached(self, instance: Instance) -> health.Answer | None:
        """The first good answer to the health check, if there is one. Raises ``Rejected`` for an
        early end, or when it does not get ready in time."""
        until = time.monotonic() + self._seconds
        while not await instance.listening():
            await self._still_there(instance, f"before it listened on port {PORT}")
            if time.monotonic() > until:
                raise await self._silent(instance)
            await asyncio.sleep(LOOK_EVERY)
        return await self._well(instance, until) if self._checks else None

    async def _well(self, instance: Instance, until: float) -> health.Answer | None:
        checks, answer = self._checks, None
        while checks and not (answer and answer.well):
            await self._still_there(instance, "before its health check was answered well")
            if answer and time.monotonic() > until:
                raise await self._ill(instance, checks, answer)
            await asyncio.sleep(ASK_EVERY if answer else 0)
            answer = await health.ask(instance.door, checks)
        return answer

    async def _still_there(self, instance: Instance, before: str) -> None:
        if not instance.alive:
            raise self._died(await instance.ended(), before)

    def _died(self, ended: Ended, before: str) -> Rejected:
        cause = f"{self._what} {ended.how} {before}"
        return Rejected(cause, self._evidence(ended), ended.fix or START_FIX)

    async def _silent(self, instance: Instance) -> Rejected:
        others = await instance.other_ports()
        instead = f"; it listens on {', '.join(map(str, others))} instead" if others else ""
        cause = (
            f"{self._what} did not listen on port {PORT} within {self._seconds:g} seconds{instead}"
        )
        return Rejected(cause, self._evidence(await instance.stop(0)), LISTEN_FIX)

    async def _ill(
        self, instance: Instance, checks: health.Checks, answer: health.Answer
    ) -> Rejected:
        cause = (
            f"{self._what} listens on port {PORT}, but its health check GET {checks.path} "
            f"{self._masked(answer.said)}, for {self._seconds:g} seconds"
        )
        fix = (
            f"Let GET {checks.path} be answered with a status from 200 to 399 within "
            f"{checks.timeout:g} seconds, or change healthCheck in connect.yaml."
        )
        return Rejected(cause, self._evidence(await instance.stop(0)), fix)

    def _evidence(self, ended: Ended) -> str:
        return self._masked(ended.tail)[-EVIDENCE:]
