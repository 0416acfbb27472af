"""Which Deployment a request means, and whether the caller may."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request

from connectory.api.context import caller, path_id, path_key
from connectory.auth import Caller, require
from connectory.auth.audit import Target
from connectory.deployments import store
from connectory.deployments.model import Deployment
from connectory.deployments.store import StoredDeployment

Find = Callable[[Connection], StoredDeployment]


async def caller_in_project(request: Request, any_of: tuple[str, ...]) -> Caller:
    """Who calls, with one of the scopes for the Project of the address."""
    who = await caller(request)
    require(who, any_of, request.path_params["project_key"])
    return who


def finder(request: Request, who: Caller) -> Find:
    """Looks the Deployment up by what the address names, within the caller's Project."""
    if "id" in request.path_params:
        id_ = path_id(request)
        return lambda c: store.deployment_with(c, id=id_, project_key=who.project.key)
    key = path_key(request)
    return lambda c: store.deployment_with(c, key=key, project_key=who.project.key)


def target_of(deployment: Deployment) -> Target:
    """The Deployment, as the audit log names it."""
    return Target("Deployment", deployment.id, deployment.key)


def what(deployment: Deployment) -> dict[str, Any]:
    """What is deployed, for the audit log; no value of its configuration."""
    connector = deployment.connector
    return {"connector": connector.id, "version": connector.version, "preview": deployment.preview}
