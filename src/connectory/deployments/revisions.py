"""What a Deployment has run, each successful state of it kept: revisions can be deployed again.

A revision holds the whole Deployment as it was, the build it ran and its sealed values. The newest
one that began to serve is the row's ``revision``; after a restart that is what runs.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from connectory.connectors.model import Build
from connectory.database.schema import metadata
from connectory.deployments.model import (
    Deployment,
    DeploymentRevision,
    DeploymentStatus,
    RevisionApplication,
    RevisionConnector,
)
from connectory.deployments.store import StoredDeployment, deployments
from connectory.errors import ResourceNotFoundError
from connectory.wire import encode, now, timestamp

deployment_revisions = Table(
    "deployment_revisions",
    metadata,
    Column("deployment_id", String(36), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("build", String, nullable=False),
    Column("sealed", String, nullable=False),
    Column("document", String, nullable=False),
    Column("created_at", String(24), nullable=False),
)

_STAYS = deployments.c.status != DeploymentStatus.UNDEPLOYING
KEPT = 20
"""Revisions of a Deployment that stay; each holds its artifacts on disk."""


class StoredRevision(msgspec.Struct, frozen=True):
    number: int
    deployment: Deployment
    build: Build
    sealed: str
    created_at: str


def shown(revision: StoredRevision) -> DeploymentRevision:
    """A revision as the wire shows it."""
    deployment = revision.deployment
    connector = deployment.connector
    return DeploymentRevision(
        revision=revision.number,
        connector=RevisionConnector(
            id=connector.id,
            key=connector.key,
            version=connector.version,
            name=connector.name,
            repository=connector.repository,
        ),
        global_configuration=deployment.global_configuration,
        applications=tuple(
            RevisionApplication(
                application_name=one.application_name,
                standard_configuration=one.standard_configuration,
                secured_configuration=one.secured_configuration,
                schedule=one.schedule,
                retry_policy=one.retry_policy,
            )
            for one in deployment.applications
        ),
        rollback_revision=deployment.rollback_revision,
        created_at=revision.created_at,
    )


def keep_revision(connection: Connection, stored: StoredDeployment) -> int:
    """The stored Deployment serves from now on; gives the number of its revision."""
    id_ = stored.deployment.id
    highest = connection.execute(
        select(func.max(deployment_revisions.c.revision)).where(
            deployment_revisions.c.deployment_id == id_
        )
    ).scalar()
    number = (highest or 0) + 1
    connection.execute(
        insert(deployment_revisions).values(
            deployment_id=id_,
            revision=number,
            build=encode(stored.build).decode(),
            sealed=stored.sealed,
            document=encode(stored.deployment).decode(),
            created_at=timestamp(now()),
        )
    )
    connection.execute(
        delete(deployment_revisions).where(
            deployment_revisions.c.deployment_id == id_,
            deployment_revisions.c.revision <= number - KEPT,
        )
    )
    connection.execute(update(deployments).where(deployments.c.id == id_).values(revision=number))
    return number


def revisions_of(connection: Connection, deployment_id: str) -> list[StoredRevision]:
    """Newest first."""
    rows = connection.execute(
        select(deployment_revisions)
        .where(deployment_revisions.c.deployment_id == deployment_id)
        .order_by(deployment_revisions.c.revision.desc())
    )
    return [_revision(row) for row in rows]


def revision_with(connection: Connection, deployment_id: str, number: int) -> StoredRevision:
    """Raises ``ResourceNotFoundError``."""
    row = connection.execute(
        select(deployment_revisions).where(
            deployment_revisions.c.deployment_id == deployment_id,
            deployment_revisions.c.revision == number,
        )
    ).first()
    if row is None:
        raise ResourceNotFoundError("DeploymentRevision", id=str(number))
    return _revision(row)


def serving(connection: Connection, deployment_id: str) -> StoredDeployment | None:
    """What answers at the Deployment's URLs, whatever is being tried now: its last success. None
    when there is none, or the Deployment is going away."""
    found = _serving(connection, (deployments.c.id == deployment_id) & _STAYS)
    return found[0] if found else None


def all_serving(connection: Connection) -> list[StoredDeployment]:
    """What a starting platform brings back, oldest first: also the last success of a Deployment
    whose redeploy is under way or has failed."""
    return _serving(connection, _STAYS)


def newest_build(connection: Connection, deployment_id: str) -> str | None:
    """The deploy run that the Deployment's newest revision came from."""
    document = connection.execute(
        select(deployment_revisions.c.document)
        .where(deployment_revisions.c.deployment_id == deployment_id)
        .order_by(deployment_revisions.c.revision.desc())
        .limit(1)
    ).scalar()
    if document is None:
        return None
    build = msgspec.json.decode(document, type=Deployment).details.build
    return build.id if build else None


def delete_revisions(connection: Connection, deployment_id: str) -> None:
    connection.execute(
        delete(deployment_revisions).where(deployment_revisions.c.deployment_id == deployment_id)
    )


def artifacts_in_use(connection: Connection) -> frozenset[str]:
    """The digests that revisions could be deployed from again."""
    return frozenset().union(*(one.artifacts for one in builds(connection)))


def builds(connection: Connection) -> Iterator[Build]:
    """What revisions have run, each once."""
    rows = connection.execute(select(deployment_revisions.c.build).distinct()).scalars()
    return (msgspec.json.decode(one, type=Build) for one in rows)


def _serving(connection: Connection, where: ColumnElement[bool]) -> list[StoredDeployment]:
    rows = connection.execute(
        select(deployments.c.project_key, deployment_revisions)
        .join(
            deployment_revisions,
            (deployment_revisions.c.deployment_id == deployments.c.id)
            & (deployment_revisions.c.revision == deployments.c.revision),
        )
        .where(where)
        .order_by(deployments.c.created_at)
    )
    return [
        StoredDeployment(
            msgspec.json.decode(row.document, type=Deployment),
            row.project_key,
            msgspec.json.decode(row.build, type=Build),
            row.sealed,
        )
        for row in rows
    ]


def _revision(row: Row[Any]) -> StoredRevision:
    return StoredRevision(
        number=row.revision,
        deployment=msgspec.json.decode(row.document, type=Deployment),
        build=msgspec.json.decode(row.build, type=Build),
        sealed=row.sealed,
        created_at=row.created_at,
    )
