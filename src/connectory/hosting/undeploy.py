"""Undeploying: scripts, stop, close, forget. Every step may run twice."""

from functools import reduce

from sqlalchemy import Connection

from connectory.auth.store import delete_api_client
from connectory.connectors.model import ReportEntry
from connectory.deployments.model import Deployment
from connectory.deployments.progress import undeploy_failed
from connectory.deployments.revisions import delete_revisions
from connectory.deployments.store import delete_deployment, deployment_with
from connectory.durable import Run, RunState
from connectory.durable.journal import Journal
from connectory.durable.outcome import RunCancelled
from connectory.errors import ResourceNotFoundError
from connectory.hosting import scripting
from connectory.hosting.host import Hosting
from connectory.hosting.jobs import delete_schedules
from connectory.hosting.logs import delete_logs
from connectory.hosting.report import noted, platform_failed
from connectory.hosting.routes import delete_routes
from connectory.hosting.topics.store import delete_topics
from connectory.hosting.transitions import conclude


async def undeploy(hosting: Hosting, journal: Journal) -> None:
    """Lets the applications clear up, stops everything, then removes the Deployment and all it
    owned: reading it answers 404.

    When a script fails nothing is stopped: the Deployment is ``UndeployFailed``, says why, and
    asking again repeats it (facts 14.2 row 36).
    """
    try:
        problems = await scripting.pre_undeploy(hosting, journal)
        if problems:
            await journal.step("keep", lambda: _keep(hosting, journal.run, problems), bool)
            return
        await journal.step("stop", lambda: _stop(hosting, journal.run), bool, timeout=120)
        await journal.step("forget", lambda: _forget(hosting, journal.run), bool)
    except RunCancelled:
        return


def crashed_undeploy(connection: Connection, run: Run) -> None:
    """Asking again repeats it (facts 14.2 row 36)."""
    entry = platform_failed("Undeployment")
    conclude(
        connection, run, RunState.FAILED, lambda one: undeploy_failed(noted(one, run.id, entry))
    )


async def _keep(hosting: Hosting, run: Run, problems: tuple[ReportEntry, ...]) -> bool:
    def change(deployment: Deployment) -> Deployment:
        told = reduce(lambda known, entry: noted(known, run.id, entry), problems, deployment)
        return undeploy_failed(told)

    await hosting.database.write(lambda c: conclude(c, run, RunState.FAILED, change))
    return True


async def _stop(hosting: Hosting, run: Run) -> bool:
    await hosting.clear(run.resource_id)
    return True


async def _forget(hosting: Hosting, run: Run) -> bool:
    """After a crash nothing runs that the step before had stopped; a deployment that was withdrawn
    may have begun something meanwhile, so it is stopped once more."""
    await hosting.clear(run.resource_id)
    hosting.logbook.forget(run.resource_id)
    await hosting.database.write(lambda c: _delete(c, run))
    hosting.wake()
    return True


def _delete(connection: Connection, run: Run) -> None:
    delete_routes(connection, run.resource_id)
    delete_logs(connection, run.resource_id)
    delete_topics(connection, run.resource_id)
    delete_schedules(connection, run.resource_id)
    try:
        client = deployment_with(connection, id=run.resource_id).deployment.api_client
    except ResourceNotFoundError:
        client = None
    if client is not None:
        delete_api_client(connection, client.name)
    delete_revisions(connection, run.resource_id)
    delete_deployment(connection, run.resource_id)
    conclude(connection, run, RunState.SUCCEEDED, None)
