"""The last word of a run, in one transaction with what it means for the Deployment."""

from collections.abc import Callable

from sqlalchemy import Connection

from connectory.deployments.model import Deployment
from connectory.deployments.store import (
    StoredDeployment,
    deployment_with,
    save_deployment,
)
from connectory.durable.outcome import RunCancelled
from connectory.durable.runs import Run, RunState, move, run_with_id
from connectory.errors import ResourceNotFoundError


def wanted(connection: Connection, run: Run) -> StoredDeployment:
    """The run's Deployment. Raises ``RunCancelled`` when nobody waits for the run any more."""
    if run_with_id(connection, run.id).state is RunState.CANCELLED:
        raise RunCancelled
    return _deployment(connection, run)


def conclude(
    connection: Connection,
    run: Run,
    outcome: RunState,
    change: Callable[[Deployment], Deployment] | None,
) -> bool:
    """Moves the run to ``outcome`` and changes the Deployment, once: doing it again does nothing.

    Gives whether it was done now. Raises ``RunCancelled`` when the run was withdrawn meanwhile.
    """
    if move(connection, run.id, outcome):
        if change is not None:
            stored = _deployment(connection, run)
            save_deployment(connection, change(stored.deployment))
        return True
    if run_with_id(connection, run.id).state is RunState.CANCELLED:
        raise RunCancelled
    return False


def _deployment(connection: Connection, run: Run) -> StoredDeployment:
    try:
        return deployment_with(connection, id=run.resource_id)
    except ResourceNotFoundError:
        raise RunCancelled from None
