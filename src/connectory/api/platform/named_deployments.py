"""The Deployment that an address names, by its id or by its key."""

from collections.abc import Callable

from sqlalchemy import Connection, select
from starlette.requests import Request

from connectory.api.context import path_id, path_key
from connectory.api.openapi import Query
from connectory.api.platform.asking import Asker
from connectory.api.platform.seen_deployments import deployment_seen
from connectory.auth.store import projects_of
from connectory.deployments.store import StoredDeployment, deployment_with, deployments
from connectory.errors import InvalidQueryParamError, ResourceNotFoundError

Find = Callable[[Connection], StoredDeployment]

PROJECT = Query(
    "projectKey", str, "The Project of the Deployment, where several have one with this key."
)


def deployment_named(request: Request, who: Asker) -> Find:
    """Looks up the Deployment, for whoever has one of the scopes.

    It raises ``ResourceNotFoundError`` for somebody else's as for none, and
    ``InvalidQueryParamError`` for a key that several Projects have.
    """
    if "id" in request.path_params:
        id_ = path_id(request)
        return lambda c: deployment_seen(c, who, id_)
    key, project = path_key(request), request.query_params.get("projectKey") or None
    return lambda c: _with_key(c, who, key, project)


def _with_key(connection: Connection, who: Asker, key: str, given: str | None) -> StoredDeployment:
    ours = {one.key for one in projects_of(connection, who.organization_id)}
    having = select(deployments.c.project_key).where(deployments.c.key == key)
    found = ours.intersection(connection.execute(having).scalars())
    for one in (who.project_key, given):
        found = found if one is None else found.intersection({one})
    if not found:
        raise ResourceNotFoundError("Deployment", key=key)
    if len(found) > 1:
        known = ", ".join(sorted(found))
        raise InvalidQueryParamError(f"Several Projects have '{key}': give projectKey, of {known}.")
    return deployment_with(connection, key=key, project_key=found.pop())
