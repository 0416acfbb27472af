"""Reading and writing Deployments: the wire document, the build it runs, the sealed values."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from connectory.connectors.model import Build, IntegrationType
from connectory.connectors.store import Selection, any_type, listing
from connectory.database.schema import metadata
from connectory.deployments.model import Deployment, DeploymentStatus, DeploymentType
from connectory.errors import DuplicateFieldError, ResourceNotFoundError
from connectory.wire import encode, now, timestamp

deployments = Table(
    "deployments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("project_key", ForeignKey("projects.key"), nullable=False),
    Column("key", String(256)),
    Column("version", Integer, nullable=False),
    Column("type", String(16), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("connector_id", String(36), nullable=False, index=True),
    Column("integration_types", String, nullable=False),
    Column("revision", Integer),
    Column("build", String, nullable=False),
    Column("sealed", String, nullable=False),
    Column("document", String, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("last_modified_at", String(24), nullable=False),
    UniqueConstraint("project_key", "key"),
)


class StoredDeployment(NamedTuple):
    deployment: Deployment
    project_key: str
    build: Build
    sealed: str
    revision: int | None = None
    """The number of the revision that serves (see ``revisions``)."""


def insert_deployment(
    connection: Connection, deployment: Deployment, project_key: str, build: Build, sealed: str
) -> None:
    """Raises ``DuplicateFieldError`` when the Project has a Deployment with this key."""
    moment = timestamp(now())
    try:
        with connection.begin_nested():
            connection.execute(
                insert(deployments).values(
                    **_columns(deployment),
                    id=deployment.id,
                    project_key=project_key,
                    key=deployment.key,
                    connector_id=deployment.connector.id,
                    build=encode(build).decode(),
                    sealed=sealed,
                    created_at=moment,
                    last_modified_at=moment,
                )
            )
    except IntegrityError:
        raise DuplicateFieldError("key", deployment.key) from None


def save_deployment(
    connection: Connection,
    deployment: Deployment,
    *,
    build: Build | None = None,
    sealed: str | None = None,
) -> None:
    """Write the next version. Callers hold the row in the same transaction.

    ``build`` and ``sealed`` stay as they are when not given.
    """
    values = _columns(deployment)
    if build is not None:
        values["build"] = encode(build).decode()
    if sealed is not None:
        values["sealed"] = sealed
    connection.execute(
        update(deployments)
        .where(deployments.c.id == deployment.id)
        .values(**values, last_modified_at=timestamp(now()))
    )


def deployment_with(
    connection: Connection,
    *,
    id: str | None = None,  # noqa: A002
    project_key: str | None = None,
    key: str | None = None,
) -> StoredDeployment:
    """By id or key, inside one Project when given. Raises ``ResourceNotFoundError``."""
    where: list[ColumnElement[bool]] = [
        deployments.c.id == id if id else deployments.c.key == key,
    ]
    if project_key is not None:
        where.append(deployments.c.project_key == project_key)
    row = connection.execute(select(deployments).where(*where).with_for_update()).first()
    if row is None:
        raise ResourceNotFoundError("Deployment", id=id, key=key)
    return _stored(row)


def deployments_in(connection: Connection, *statuses: DeploymentStatus) -> list[StoredDeployment]:
    """Across all Projects, oldest first: what a starting platform brings back."""
    rows = connection.execute(
        select(deployments)
        .where(deployments.c.status.in_(statuses))
        .order_by(deployments.c.created_at)
    )
    return [_stored(row) for row in rows]


def delete_deployment(connection: Connection, id: str) -> None:  # noqa: A002
    connection.execute(delete(deployments).where(deployments.c.id == id))


def select_deployments(
    connection: Connection,
    project_key: str,
    *,
    limit: int,
    offset: int,
    order: tuple[tuple[str, bool], ...],
    kind: DeploymentType | None = None,
    integration_types: tuple[IntegrationType, ...] = (),
) -> Selection:
    """A page of a Project's Deployments, of Connectors with any of ``integration_types`` when some
    are given. ``order``: column names and whether descending."""
    where = [deployments.c.project_key == project_key]
    if kind is not None:
        where.append(deployments.c.type == kind)
    if integration_types:
        where.append(any_type(deployments.c.integration_types, integration_types))
    total = connection.execute(
        select(func.count()).select_from(deployments).where(*where)
    ).scalar_one()
    rows = connection.execute(
        select(deployments.c.document)
        .where(*where)
        .order_by(*(_ordered(name, down) for name, down in order))
        .limit(limit)
        .offset(offset)
    )
    return Selection(tuple(msgspec.Raw(row.document.encode()) for row in rows), total)


def artifacts_in_use(connection: Connection) -> frozenset[str]:
    """The digests that Deployments run from; they outlive their Connector."""
    return frozenset().union(*(one.artifacts for one in builds(connection)))


def builds(connection: Connection) -> Iterator[Build]:
    """What Deployments run, each once."""
    rows = connection.execute(select(deployments.c.build).distinct()).scalars()
    return (msgspec.json.decode(one, type=Build) for one in rows)


def _columns(deployment: Deployment) -> dict[str, Any]:
    return {
        "version": deployment.version,
        "type": deployment.type,
        "status": deployment.status,
        "integration_types": listing(deployment.connector.integration_types),
        "document": encode(deployment).decode(),
    }


def _stored(row: Row[Any]) -> StoredDeployment:
    return StoredDeployment(
        msgspec.json.decode(row.document, type=Deployment),
        row.project_key,
        msgspec.json.decode(row.build, type=Build),
        row.sealed,
        row.revision,
    )


def _ordered(name: str, descending: bool) -> ColumnElement[Any]:
    column = deployments.c[name]
    return column.desc() if descending else column.asc()
