"""The applications of this platform, each kept running until it is halted.

The supervisor lives on one event loop, its home: the one that called ``start``. Its methods may be
awaited from any loop in any thread; workflows run on another one than the gateway.
"""

import asyncio
import os
from collections.abc import Collection, Iterable, Mapping

from connectory.hosting.backends import Backend, Door
from connectory.hosting.home import Home
from connectory.hosting.keeper import Keeper, Phase
from connectory.hosting.logbook import LogBook
from connectory.hosting.placement import Placement, Running, check
from connectory.settings import Settings


class Supervisor:
    """Runs, keeps and halts applications."""

    def __init__(self, backend: Backend, settings: Settings, logbook: LogBook) -> None:
        self._backend = backend
        self._settings = settings
        self._logbook = logbook
        self._keepers: dict[str, Keeper] = {}
        self._successors: dict[str, Keeper] = {}
        """Those that will take over: the gateway knows nothing of them before."""
        self._home = Home()
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)

    async def start(self) -> None:
        """Makes the calling loop the supervisor's home."""
        self._home.settle()

    async def stop(self) -> None:
        """Stops every application; what was deployed is restored at the next start."""
        await self._home.run(self._halt_all())

    async def prepare(self, placement: Placement) -> None:
        """Artifact and tools in place. Raises ``Rejected`` when the connector asks for what there
        is not."""
        check(placement.environment)
        await self._home.run(self._backend.prepare(placement))

    async def run(self, placement: Placement) -> Running:
        """The application, accepting connections. Asking again for the same changes nothing.

        When another placement of it is there, that one serves on until ``promote``. Raises
        ``Rejected`` when it ends early or does not listen in time; nothing is left then.
        """
        return await self._home.run(self._run(placement))

    async def restore(self, placement: Placement) -> None:
        """Begin an application that was running before; as many at a time as there are cores.

        It is started again until it stays.
        """
        await self._home.run(self._restore(placement))

    async def promote(self, deployment_id: str, application_ids: Collection[str]) -> None:
        """From now on the Deployment's newest placements answer; the ones before end, and so does
        every application that is not among ``application_ids``."""
        await self._home.run(self._promote(deployment_id, application_ids))

    async def retreat(self, deployment_id: str) -> None:
        """Nothing is left of what was to take over; what serves goes on."""
        await self._home.run(self._halt_each(self._of(deployment_id, self._successors)))

    async def halt(self, application_id: str) -> None:
        """Nothing of the application is left when this returns, not even one still starting."""
        await self._home.run(self._halt(application_id))

    async def halt_deployment(self, deployment_id: str) -> None:
        """Nothing of any application of the Deployment is left when this returns."""
        await self._home.run(self._halt_all(deployment_id))

    async def door(self, application_id: str) -> Door | None:
        """The way to the application, waiting while it starts. Home loop only (the gateway)."""
        keeper = self._keepers.get(application_id)
        if keeper is None:
            return None
        return keeper.door or await keeper.reachable(self._settings.start_timeout)

    def phase(self, application_id: str) -> Phase:
        keeper = self._keepers.get(application_id)
        return keeper.phase if keeper else Phase.STOPPED

    @property
    def running(self) -> tuple[str, ...]:
        """The ids of all applications it keeps."""
        return tuple(dict.fromkeys((*self._keepers, *self._successors)))

    async def _run(self, placement: Placement) -> Running:
        keeper = await self._wanted(placement)
        try:
            return await keeper.ready()
        except BaseException:
            # given up (cancelled) or refused: in both cases nobody wants it any more
            await self._halt_one(keeper)
            raise

    async def _wanted(self, placement: Placement) -> Keeper:
        """Who keeps this placement: beside the one that serves if there is one."""
        id_ = placement.application_id
        for place in (self._keepers, self._successors):
            known = place.get(id_)
            if known is not None and known.placement == placement:
                return known
        if earlier := self._successors.get(id_):
            await self._halt_one(earlier)
        place = self._successors if id_ in self._keepers else self._keepers
        keeper = place[id_] = self._keeper(placement)
        keeper.begin()
        return keeper

    async def _restore(self, placement: Placement) -> None:
        if placement.application_id not in self._keepers:
            keeper = self._keepers[placement.application_id] = self._keeper(placement)
            keeper.begin(self._turns)

    def _keeper(self, placement: Placement) -> Keeper:
        return Keeper(placement, self._backend, self._logbook, self._settings.start_timeout)

    async def _promote(self, deployment_id: str, application_ids: Collection[str]) -> None:
        leaving = list[Keeper]()
        for keeper in self._of(deployment_id, self._successors):
            id_ = keeper.placement.application_id
            leaving += [one for one in (self._keepers.get(id_),) if one]
            self._keepers[id_] = self._successors.pop(id_)
        leaving += [
            one
            for one in self._of(deployment_id, self._keepers)
            if one.placement.application_id not in application_ids
        ]
        await self._halt_each(leaving)

    async def _halt(self, application_id: str) -> None:
        places = (self._keepers, self._successors)
        await self._halt_each([one for one in (p.get(application_id) for p in places) if one])

    async def _halt_one(self, keeper: Keeper) -> None:
        """Stopping goes on even if whoever asked for it does not wait."""
        await asyncio.shield(keeper.stop())
        for place in (self._keepers, self._successors):
            if place.get(keeper.placement.application_id) is keeper:
                del place[keeper.placement.application_id]

    async def _halt_all(self, deployment_id: str | None = None) -> None:
        both = (self._of(deployment_id, one) for one in (self._keepers, self._successors))
        await self._halt_each([keeper for place in both for keeper in place])

    async def _halt_each(self, keepers: Iterable[Keeper]) -> None:
        await asyncio.gather(*map(self._halt_one, keepers))

    @staticmethod
    def _of(deployment_id: str | None, place: Mapping[str, Keeper]) -> list[Keeper]:
        return [
            keeper
            for keeper in place.values()
            if deployment_id in {None, keeper.placement.deployment_id}
        ]
