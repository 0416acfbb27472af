"""Everything hosting consists of, started and stopped together."""

import asyncio
from dataclasses import dataclass

import structlog

from connectory.artifacts import ArtifactStore
from connectory.database import Database
from connectory.deployments.revisions import all_serving
from connectory.deployments.store import StoredDeployment
from connectory.hosting.backends import Processes
from connectory.hosting.gateway import Gateway, Listeners, OpenRoutes
from connectory.hosting.logbook import LogBook
from connectory.hosting.logs import delete_orphaned_logs
from connectory.hosting.placement import Placement
from connectory.hosting.placing import opened, placements, secret_values
from connectory.hosting.routes import delete_orphans, routes_of
from connectory.hosting.supervisor import Supervisor
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

    async def start(self) -> None:
        """Makes the calling loop the home of processes and sockets, and clears what Deployments
        that are gone have left."""
        await self.database.write(delete_orphans)
        await self.database.write(delete_orphaned_logs)
        self.logbook.start()
        await self.supervisor.start()
        await self.listeners.start()

    async def stop(self) -> None:
        """Ends every application; all of them come back with ``restore``."""
        await self.listeners.stop()
        await self.supervisor.stop()
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

    async def clear(self, deployment_id: str) -> None:
        """Nothing of the Deployment runs or listens when this returns."""
        await self.listeners.close(deployment_id)
        await self.supervisor.halt_deployment(deployment_id)

    async def placements(self, stored: StoredDeployment, generation: str) -> tuple[Placement, ...]:
        """What the Deployment must run; its routes must exist. From now on its log is masked.

        ``generation`` is the id of the deploy run that asks for it.
        """
        deployment = stored.deployment
        secrets = opened(stored, self.seal)
        self.logbook.mask(deployment.id, secret_values(deployment, secrets))
        known = await self.database.read(lambda c: routes_of(c, deployment.id))
        by_application = {route.application_id: route for route in known}
        return placements(stored, secrets, by_application, self.settings, generation)

    async def _restore(self, stored: StoredDeployment) -> None:
        build = stored.deployment.details.build
        ids = {one.id for one in stored.deployment.applications}
        try:
            for route in await self.database.read(lambda c: routes_of(c, stored.deployment.id)):
                if route.application_id in ids:
                    await self.listeners.restore(route)
            for placement in await self.placements(stored, build.id if build else ""):
                await self.supervisor.restore(placement)
        except Exception:
            # one Deployment that cannot be brought back must not keep the others away
            log.exception("deployment.not_restored", deployment=stored.deployment.id)


def open_hosting(
    settings: Settings,
    database: Database,
    seal: Seal,
    sandbox: Sandbox,
    artifacts: ArtifactStore,
    toolchains: Toolchains,
) -> Hosting:
    """Hosting over sandboxed processes of this machine. Nothing happens before ``start``."""
    logbook = LogBook(database, settings.log_retention_days)
    backend = Processes(sandbox, artifacts, toolchains, settings)
    supervisor = Supervisor(backend, settings, logbook)
    open_routes = OpenRoutes(settings.domain)
    gateway = Gateway(settings, open_routes, supervisor, logbook)
    listeners = Listeners(settings, open_routes, gateway)
    return Hosting(settings, database, seal, supervisor, gateway, listeners, logbook, artifacts)
