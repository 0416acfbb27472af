"""The Deployment that an operation of the platform's own is about."""

from sqlalchemy import Connection

from connectory.api.platform.asking import Asker
from connectory.auth.store import project_with_key
from connectory.deployments.store import StoredDeployment, deployment_with
from connectory.errors import ResourceNotFoundError


def deployment_seen(connection: Connection, who: Asker, id_: str) -> StoredDeployment:
    """The Deployment with this id, if it is one of the asker's. Raises ``ResourceNotFoundError``,
    for somebody else's as for none."""
    stored = deployment_with(connection, id=id_)
    project = project_with_key(connection, stored.project_key)
    ours = project is not None and project.organization_id == who.organization_id
    if not ours or who.project_key not in {None, stored.project_key}:
        raise ResourceNotFoundError("Deployment", id=id_)
    return stored
