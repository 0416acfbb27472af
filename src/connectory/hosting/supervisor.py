"""The applications of this platform, each kept running until it is halted.

The supervisor lives on one event loop, its home: the one that called ``start``. Its methods may be
awaited from any loop in any thread, but for ``lease``: workflows run on another one than the
gateway.
"""

import asyncio
import os
import time
from collections.abc import Collection, Iterable

from connectory.hosting.backends import Backend
from connectory.hosting.crew import Crew
from connectory.hosting.home import Home
from connectory.hosting.instances import ApplicationState
from connectory.hosting.keeper import Keeper
from connectory.hosting.lease import Lease
from connectory.hosting.logbook import LogBook
from connectory.hosting.phases import Phase
from connectory.hosting.placement import Placement, Running, check
from connectory.hosting.restarts import USUAL, Pace
from connectory.hosting.scaling import bounds
from connectory.hosting.turns import Turn
from connectory.settings import Settings

TICK = 0.5
"""Seconds between two looks at how much applications have to do."""


class Supervisor:
    """Runs, keeps and halts applications."""

    def __init__(
        self, backend: Backend, settings: Settings, logbook: LogBook, pace: Pace = USUAL
    ) -> None:
        self._backend = backend
        self._settings = settings
        self._logbook = logbook
        self._pace = pace
        self._crews: dict[str, Crew] = {}
        self._successors: dict[str, Crew] = {}
        """Those that will take over: the gateway knows nothing of them before."""
        self._leaving: dict[Crew, asyncio.Task[None]] = {}
        """Those that have been taken over from, until the last of their answers has ended."""
        self._home = Home()
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Makes the calling loop the supervisor's home."""
        self._home.settle()
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Stops every application; what was deployed is restored at the next start."""
        if self._ticking is not None:
            self._ticking.cancel()
        await self._home.run(self._halt_all())

    async def prepare(self, placement: Placement) -> None:
        """Artifact and tools in place. Raises ``Rejected`` when the connector asks for what there
        is not."""
        check(placement.environment)
        await self._home.run(self._backend.prepare(placement))

    async def run(self, placement: Placement) -> Running:
        """The application, ready to be called. Asking again for the same changes nothing.

        When another placement of it is there, that one serves on until ``promote``. Raises
        ``Rejected`` when it ends early, does not listen in time or does not pass the health check
        it declares; nothing is left then.
        """
        return await self._home.run(self._run(placement))

    async def restore(self, placement: Placement) -> None:
        """Begin an application that was running before; as many at a time as there are cores.

        It is started again until it stays.
        """
        await self._home.run(self._restore(placement))

    async def promote(self, deployment_id: str, application_ids: Collection[str]) -> None:
        """From now on the Deployment's newest placements answer. The ones before take no further
        requests and go when they have answered those they have; so does every application that is
        not among ``application_ids``. Does not wait for that."""
        await self._home.run(self._promote(deployment_id, application_ids))

    async def retreat(self, deployment_id: str) -> None:
        """Nothing is left of what was to take over; what serves goes on."""
        await self._home.run(self._halt_each(self._of(deployment_id, self._successors.values())))

    async def halt(self, application_id: str) -> None:
        """Nothing of the application is left when this returns, not even one still starting."""
        await self._home.run(self._halt(application_id))

    async def halt_deployment(self, deployment_id: str) -> None:
        """Nothing of any application of the Deployment is left when this returns."""
        await self._home.run(self._halt_all(deployment_id))

    async def lease(self, application_id: str) -> Lease | None:
        """The right to call the application, which its holder must end. Home loop only.

        Wakes one that sleeps and waits while it starts; None when it does not run and there is
        none to wait for.
        """
        while (crew := self._crews.get(application_id)) is not None:
            lease = await crew.lease(self._settings.start_timeout)
            # another version may have taken over while this one started
            if lease is not None or self._crews.get(application_id) in {crew, None}:
                return lease
        return None

    def phase(self, application_id: str) -> Phase:
        crew = self._crews.get(application_id)
        return crew.phase if crew else Phase.STOPPED

    def why(self, application_id: str) -> str:
        """Why it cannot be called; completes "The application ...". Without secrets."""
        crew = self._crews.get(application_id)
        return (crew.trouble if crew else "") or str(self.phase(application_id))

    async def states(self, deployment_id: str) -> tuple[ApplicationState, ...]:
        """What is to be seen of a Deployment's applications."""
        return await self._home.run(self._states(deployment_id))

    @property
    def running(self) -> tuple[str, ...]:
        """The ids of all applications it keeps."""
        return tuple(dict.fromkeys((*self._crews, *self._successors)))

    async def _run(self, placement: Placement) -> Running:
        crew = await self._wanted(placement)
        try:
            return await crew.ready()
        except BaseException:
            # given up (cancelled) or refused: in both cases nobody wants it any more
            await self._halt_one(crew)
            raise

    async def _wanted(self, placement: Placement) -> Crew:
        """Who keeps this placement: beside the one that serves if there is one."""
        id_ = placement.application_id
        for place in (self._crews, self._successors):
            known = place.get(id_)
            if known is not None and known.placement == placement:
                return known
        if earlier := self._successors.get(id_):
            await self._halt_one(earlier)
        place = self._successors if id_ in self._crews else self._crews
        crew = place[id_] = self._crew(placement)
        crew.begin()
        return crew

    async def _restore(self, placement: Placement) -> None:
        if placement.application_id not in self._crews:
            crew = self._crews[placement.application_id] = self._crew(placement)
            crew.begin(Turn(self._turns))

    def _crew(self, placement: Placement) -> Crew:
        timeout = self._settings.start_timeout
        return Crew(
            placement,
            lambda moved: Keeper(
                placement, self._backend, self._logbook, timeout, self._pace, moved
            ),
            bounds(placement, self._settings),
        )

    async def _promote(self, deployment_id: str, application_ids: Collection[str]) -> None:
        for crew in self._of(deployment_id, self._successors.values()):
            id_ = crew.placement.application_id
            before, self._crews[id_] = self._crews.get(id_), self._successors.pop(id_)
            if before is not None:
                self._dismiss(before)
        for crew in self._of(deployment_id, self._crews.values()):
            if crew.placement.application_id not in application_ids:
                del self._crews[crew.placement.application_id]
                self._dismiss(crew)

    def _dismiss(self, crew: Crew) -> None:
        leaving = self._leaving[crew] = asyncio.create_task(
            crew.drain(bounds(crew.placement, self._settings).drain)
        )
        leaving.add_done_callback(lambda _: self._leaving.pop(crew, None))

    async def _states(self, deployment_id: str) -> tuple[ApplicationState, ...]:
        leaving = self._of(deployment_id, self._leaving)
        return tuple(
            crew.state(sum(_same(crew, one) for one in leaving))
            for crew in self._of(deployment_id, self._crews.values())
        )

    async def _halt(self, application_id: str) -> None:
        await self._halt_each(
            [one for one in self._all() if one.placement.application_id == application_id]
        )

    async def _halt_one(self, crew: Crew) -> None:
        """Stopping goes on even if whoever asked for it does not wait."""
        await asyncio.shield(crew.stop())
        for place in (self._crews, self._successors):
            if place.get(crew.placement.application_id) is crew:
                del place[crew.placement.application_id]

    async def _halt_all(self, deployment_id: str | None = None) -> None:
        await self._halt_each(self._of(deployment_id, self._all()))

    async def _halt_each(self, crews: Iterable[Crew]) -> None:
        await asyncio.gather(*map(self._halt_one, crews))

    def _all(self) -> tuple[Crew, ...]:
        return (*self._crews.values(), *self._successors.values(), *self._leaving)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            for crew in tuple(self._crews.values()):
                crew.tick(time.monotonic())

    @staticmethod
    def _of(deployment_id: str | None, crews: Iterable[Crew]) -> list[Crew]:
        return [
            crew for crew in tuple(crews) if deployment_id in {None, crew.placement.deployment_id}
        ]


def _same(one: Crew, other: Crew) -> bool:
    return one.placement.application_id == other.placement.application_id
