"""Everything hosting consists of, started and stopped together."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial

import structlog

from connectory.artifacts import ArtifactStore
from connectory.database import Database
from connectory.deployments.revisions import all_serving
from connectory.deployments.store import StoredDeployment
from connectory.hosting.backends import Processes
from connectory.hosting.gateway import Gateway, Listeners, OpenRoutes
from connectory.hosting.gateway.inside import outlets
from connectory.hosting.jobs import Jobs
from connectory.hosting.logbook import Bounds, LogBook, Source
from connectory.hosting.logs import delete_orphaned_logs
from connectory.hosting.placing import Placing, opened, roster, secret_values, url
from connectory.hosting.routes import delete_orphans, routes_of
from connectory.hosting.scripts import Scripts
from connectory.hosting.sites import SitePlacement, Sites
from connectory.hosting.standin import StandIns
from connectory.hosting.supervisor import Supervisor
from connectory.hosting.topics import Topics
from connectory.sandbox import Sandbox
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.toolchains import Toolchains

log = structlog.get_logger()


@dataclass(frozen=True)
class Hosting:
    """What the steps of a deployment work with."""

    settings: Settings
    database: Database
    seal: Seal
    supervisor: Supervisor
    gateway: Gateway
    listeners: Listeners
    logbook: LogBook
    artifacts: ArtifactStore
    sites: Sites
    scripts: Scripts
    topics: Topics
    jobs: Jobs
    stand_ins: StandIns
    _restoring: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        """Makes the calling loop the home of processes and sockets, and clears what Deployments
        that are gone have left."""
        await self.database.write(delete_orphans)
        await self.database.write(delete_orphaned_logs)
        self.logbook.start()
        await self.stand_ins.start()
        await self.sites.start()
        await self.scripts.start()
        await self.supervisor.start()
        await self.listeners.start()

    async def stop(self) -> None:
        """Ends every application; all of them come back with ``restore``."""
        for task in tuple(self._restoring):
            task.cancel()
        await asyncio.gather(*self._restoring, return_exceptions=True)
        await self.jobs.stop()
        await self.topics.stop()
        await self.listeners.stop()
        await self.supervisor.stop()
        await self.sites.stop()
        await self.stand_ins.stop()
        await self.gateway.stop()
        await self.logbook.stop()

    async def restore(self) -> None:
        """Everything that served is reachable again, at the same addresses: also what served on
        while a redeploy was under way or failed.

        Returns when the addresses are open and the applications begun: a request that comes before
        its application is ready waits for it.
        """
        served = await self.database.read(all_serving)
        await asyncio.gather(*(self._restore(stored) for stored in served))
        await self.topics.start()
        await self.jobs.start()

    async def clear(self, deployment_id: str) -> None:
        """Nothing of the Deployment runs or listens when this returns."""
        await self.listeners.close(deployment_id)
        await self.supervisor.halt_deployment(deployment_id)
        for route in await self.database.read(lambda c: routes_of(c, deployment_id)):
            await self.sites.withdraw(route.application_id)

    def wake(self) -> None:
        """Topics and schedules were declared or taken away."""
        self.topics.wake()
        self.jobs.wake()

    async def build_site(self, placement: SitePlacement) -> str:
        """The digest of the built site; what the build says is in the Deployment's log.

        Raises what ``Sites.build`` does.
        """
        say = partial(
            self.logbook.line, Source(placement.deployment_id, placement.application_name)
        )
        masked = self.logbook.masking(placement.deployment_id).masked
        return await self.sites.build(placement, say, masked)

    async def open_sites(self, placing: Placing) -> None:
        """The Deployment's sites are served from now on, built before if they are not yet."""
        await asyncio.gather(*map(self._open_site, placing.sites))

    async def _open_site(self, placement: SitePlacement) -> None:
        await self.sites.publish(placement.application_id, await self.build_site(placement))

    async def placing(self, stored: StoredDeployment, generation: str) -> Placing:
        """What the Deployment comes to; its routes must exist. From now on its log is masked.

        ``generation`` is the id of the deploy run that asks for it.
        """
        deployment = stored.deployment
        secrets = opened(stored, self.seal)
        self.logbook.mask(deployment.id, secret_values(deployment, secrets))
        known = await self.database.read(lambda c: routes_of(c, deployment.id))
        by_application = {route.application_id: route for route in known}
        around = await self.stand_ins.for_project(stored.project_key)
        urls = [url(self.settings, deployment, route) for route in known]
        around = around.reaching(outlets(urls, self.listeners.inside))
        return Placing(stored, secrets, by_application, self.settings, generation, around)

    async def _restore(self, stored: StoredDeployment) -> None:
        build = stored.deployment.details.build
        ids = roster(stored).ids
        try:
            for route in await self.database.read(lambda c: routes_of(c, stored.deployment.id)):
                if route.application_id in ids:
                    await self.listeners.restore(route)
            placing = await self.placing(stored, build.id if build else "")
            for placement in placing.placements:
                await self.supervisor.restore(placement)
            if placing.sites:
                self._soon(self._restore_sites(placing))
        except Exception:
            # one Deployment that cannot be brought back must not keep the others away
            log.exception("deployment.not_restored", deployment=stored.deployment.id)

    async def _restore_sites(self, placing: Placing) -> None:
        """Not before the platform starts: a build that was thrown away is made again."""
        try:
            await self.open_sites(placing)
        except Exception:
            log.exception("site.not_restored")

    def _soon(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._restoring.add(task)
        task.add_done_callback(self._restoring.discard)


def open_hosting(
    settings: Settings,
    database: Database,
    seal: Seal,
    sandbox: Sandbox,
    artifacts: ArtifactStore,
    toolchains: Toolchains,
) -> Hosting:
    """Hosting over sandboxed processes of this machine. Nothing happens before ``start``."""
    logbook = LogBook(database, settings.log_retention_days, Bounds.of(settings))
    backend = Processes(sandbox, artifacts, toolchains, settings)
    supervisor = Supervisor(backend, settings, logbook)
    open_routes = OpenRoutes(settings.domain)
    sites = Sites(sandbox, artifacts, toolchains, settings, database)
    gateway = Gateway(settings, open_routes, supervisor, logbook, sites)
    listeners = Listeners(settings, open_routes, gateway)
    return Hosting(
        settings,
        database,
        seal,
        supervisor,
        gateway,
        listeners,
        logbook,
        artifacts,
        sites,
        Scripts(sandbox, artifacts, toolchains, settings),
        Topics(settings, database, supervisor, logbook),
        Jobs(settings, database, supervisor, logbook),
        StandIns(settings, database, sandbox),
    )
