"""Undeploying: stop, close, forget. Every step may run twice."""

from sqlalchemy import Connection

from connectory.auth.store import delete_api_client
from connectory.deployments.progress import undeploy_failed
from connectory.deployments.revisions import delete_revisions
from connectory.deployments.store import delete_deployment, deployment_with
from connectory.durable import Run, RunState
from connectory.durable.journal import Journal
from connectory.durable.outcome import RunCancelled
from connectory.errors import ResourceNotFoundError
from connectory.hosting.host import Hosting
from connectory.hosting.logs import delete_logs
from connectory.hosting.report import noted, platform_failed
from connectory.hosting.routes import delete_routes
from connectory.hosting.transitions import conclude


async def undeploy(hosting: Hosting, journal: Journal) -> None:
    """Stops everything, then removes the Deployment and all it owned: reading it answers 404."""
    try:
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


async def _stop(hosting: Hosting, run: Run) -> bool:
    await hosting.clear(run.resource_id)
    return True


async def _forget(hosting: Hosting, run: Run) -> bool:
    """After a crash nothing runs that the step before had stopped; a deployment that was withdrawn
    may have begun something meanwhile, so it is stopped once more."""
    await hosting.clear(run.resource_id)
    hosting.logbook.forget(run.resource_id)
    await hosting.database.write(lambda c: _delete(c, run))
    return True


def _delete(connection: Connection, run: Run) -> None:
    delete_routes(connection, run.resource_id)
    delete_logs(connection, run.resource_id)
    try:
        client = deployment_with(connection, id=run.resource_id).deployment.api_client
    except ResourceNotFoundError:
        client = None
    if client is not None:
        delete_api_client(connection, client.name)
    delete_revisions(connection, run.resource_id)
    delete_deployment(connection, run.resource_id)
    conclude(connection, run, RunState.SUCCEEDED, None)
