"""The applications of this platform, each kept running until it is halted.

The supervisor lives on one event loop, its home: the one that called ``start``. Its methods may be
awaited from any loop in any thread; workflows run on another one than the gateway.
"""

import asyncio
import os

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

        Raises ``Rejected`` when it ends early or does not listen in time; nothing is left then.
        """
        return await self._home.run(self._run(placement))

    async def restore(self, placement: Placement) -> None:
        """Begin an application that was running before; as many at a time as there are cores.

        It is started again until it stays.
        """
        await self._home.run(self._restore(placement))

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
        return tuple(self._keepers)

    async def _run(self, placement: Placement) -> Running:
        keeper = self._keepers.get(placement.application_id)
        if keeper is None or keeper.placement != placement:
            await self._halt(placement.application_id)
            keeper = self._keep(placement)
            keeper.begin()
        try:
            return await keeper.ready()
        except BaseException:
            # given up (cancelled) or refused: in both cases nobody wants it any more
            await self._halt_one(keeper)
            raise

    async def _restore(self, placement: Placement) -> None:
        if placement.application_id not in self._keepers:
            self._keep(placement).begin(self._turns)

    def _keep(self, placement: Placement) -> Keeper:
        timeout = self._settings.start_timeout
        keeper = Keeper(placement, self._backend, self._logbook, timeout)
        self._keepers[placement.application_id] = keeper
        return keeper

    async def _halt(self, application_id: str) -> None:
        keeper = self._keepers.get(application_id)
        if keeper is not None:
            await self._halt_one(keeper)

    async def _halt_one(self, keeper: Keeper) -> None:
        """Stopping goes on even if whoever asked for it does not wait."""
        await asyncio.shield(keeper.stop())
        if self._keepers.get(keeper.placement.application_id) is keeper:
            del self._keepers[keeper.placement.application_id]

    async def _halt_all(self, deployment_id: str | None = None) -> None:
        wanted = (
            keeper
            for keeper in self._keepers.values()
            if deployment_id in {None, keeper.placement.deployment_id}
        )
        await asyncio.gather(*map(self._halt_one, tuple(wanted)))
