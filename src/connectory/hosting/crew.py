"""All instances of one application of one version: leases, sleep and wake, more and fewer."""

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext

from connectory.hosting import scaling
from connectory.hosting.instances import ApplicationState
from connectory.hosting.keeper import Keeper, Turn
from connectory.hosting.lease import Lease
from connectory.hosting.phases import Phase
from connectory.hosting.placement import Placement, Running
from connectory.hosting.scaling import Bounds, Load, Step

Recruit = Callable[[Callable[[], None]], Keeper]
"""A keeper that calls what it is given whenever it moves to another phase."""


class Crew:
    """Lives on the supervisor's home loop."""

    def __init__(self, placement: Placement, recruit: Recruit, allowed: Bounds) -> None:
        self.placement = placement
        self._recruit = recruit
        self._allowed = allowed
        self._keepers: list[Keeper] = []
        self._going: set[asyncio.Task[None]] = set()
        """Instances that are no longer needed, until nothing of them is left."""
        self._moved = asyncio.Event()
        self._leaving = False
        self._used = self._calm = self._needed = time.monotonic()

    def begin(self, turn: Turn | None = None) -> None:
        keeper = self._recruit(self._tell)
        self._keepers.append(keeper)
        keeper.begin(turn)

    async def ready(self) -> Running:
        """Once it may be called, or sleeps again. Raises why its first start failed."""
        if not self._keepers:
            return Running(self.placement.application_id)
        return await self._keepers[0].ready()

    async def lease(self, patience: float) -> Lease | None:
        """Wakes it if it sleeps, and waits while it starts: ``patience`` seconds at most."""
        if self._leaving:
            return None
        self._used = time.monotonic()
        if not self._keepers:
            self.begin(nullcontext())
        if (lease := self._free()) is not None:
            return lease
        try:
            async with asyncio.timeout(patience):
                while (lease := self._free()) is None and self._awaited():
                    await self._moved.wait()
        except TimeoutError:
            return None
        return lease

    @property
    def phase(self) -> Phase:
        """The best that any instance is in."""
        phases = {keeper.phase for keeper in self._keepers}
        order = (Phase.READY, Phase.STARTING, Phase.WAITING, Phase.STOPPED)
        return next((one for one in order if one in phases), Phase.ASLEEP)

    @property
    def trouble(self) -> str:
        """Why it cannot be called now; completes "The application ..."."""
        said = (keeper.trouble for keeper in self._keepers if keeper.trouble)
        return next(said, "") if self.phase is Phase.WAITING else ""

    def state(self, leaving: int) -> ApplicationState:
        """``leaving``: how many versions before it still answer what they had begun to."""
        instances = tuple(keeper.state for keeper in self._keepers)
        return ApplicationState(
            application_name=self.placement.application_name,
            phase=str(self.phase),
            asleep=self.phase is Phase.ASLEEP,
            crash_loop=any(one.crash_loop for one in instances),
            draining=len(self._going) + leaving,
            instances=instances,
        )

    def tick(self, now: float) -> None:
        """Called about twice a second: what is right for the load there is now."""
        if self._leaving:
            return
        step = scaling.next_step(self._load(now), self._allowed)
        if step is Step.SLEEP:
            for keeper in tuple(self._keepers):
                self._dismiss(keeper)
        elif step is Step.GROW:
            self._calm = now
            self.begin(nullcontext())
        elif step is Step.SHRINK:
            self._needed = now
            self._dismiss(min(self._keepers, key=_held))

    async def drain(self, patience: float) -> None:
        """``stop``, each instance as soon as nobody calls it any more. Nobody may from now on."""
        self._leaving = True
        await asyncio.gather(*(keeper.drain(patience) for keeper in self._keepers), *self._going)

    async def stop(self) -> None:
        """Nothing of it is left when this returns, and nobody may call it from now on."""
        self._leaving = True
        await asyncio.gather(*(keeper.stop() for keeper in self._keepers), *self._going)

    def _awaited(self) -> bool:
        return self.phase is Phase.STARTING and not self._leaving

    def _free(self) -> Lease | None:
        """Of the instance that has the least to do."""
        best = None
        if self._leaving:
            return None
        for keeper in self._keepers:
            reach = keeper.reach
            if reach is not None and (best is None or reach.held < best.held):
                best = reach
        return best.lease() if best is not None else None

    def _load(self, now: float) -> Load:
        count, held = len(self._keepers), sum(map(_held, self._keepers))
        used = [keeper.reach.used for keeper in self._keepers if keeper.reach is not None]
        self._used = now if held else max(self._used, *used, 0.0)
        if not scaling.is_crowded(count, held, self._allowed):
            self._calm = now
        if not scaling.is_spare(count, held, self._allowed):
            self._needed = now
        return Load(
            instances=count,
            starting=sum(keeper.phase is Phase.STARTING for keeper in self._keepers),
            held=held,
            idle=now - self._used,
            crowded=now - self._calm,
            spare=now - self._needed,
        )

    def _dismiss(self, keeper: Keeper) -> None:
        self._keepers.remove(keeper)
        going = asyncio.create_task(keeper.drain(self._allowed.drain))
        self._going.add(going)
        going.add_done_callback(self._going.discard)

    def _tell(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()


def _held(keeper: Keeper) -> int:
    return keeper.reach.held if keeper.reach is not None else 0
