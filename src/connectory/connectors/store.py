"""Reading and writing drafts and published versions.

A row keeps the resource as its wire document, with columns for what is looked up or sorted by.
"""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from connectory.auth import Project
from connectory.connectors import search_index, searching
from connectory.connectors.model import Build, Connector, ConnectorStaged, IntegrationType
from connectory.connectors.search import Search
from connectory.database.schema import metadata
from connectory.errors import (
    ConcurrentModificationError,
    DuplicateFieldError,
    ResourceNotFoundError,
)
from connectory.wire import encode, now, timestamp

connectors_staged = Table(
    "connectors_staged",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("key", String(256), unique=True),
    Column("organization_id", ForeignKey("organizations.id"), nullable=False, index=True),
    Column("project_key", ForeignKey("projects.key"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("status", String(32), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("integration_types", String, nullable=False),
    Column("commit", String(64), nullable=False),
    Column("preview", String),
    Column("document", String, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("last_modified_at", String(24), nullable=False),
)
connector_projects = Table(
    "connector_projects",
    metadata,
    Column("connector_id", String(36), primary_key=True),
    Column("project", String(128), primary_key=True),
    Index("ix_connector_projects_project", "project"),
)
connectors = Table(
    "connectors",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("key", String(256), index=True),
    Column("organization_id", ForeignKey("organizations.id"), nullable=False),
    Column("latest", Boolean, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("build", String, nullable=False),
    Column("document", String, nullable=False),
    Column("created_at", String(24), nullable=False),
)


class StoredStaged(NamedTuple):
    """A draft with what the wire does not show: its owner, its commit, its preview's build."""

    staged: ConnectorStaged
    organization_id: str
    project_key: str
    commit: str
    preview: Build | None


class StoredConnector(NamedTuple):
    connector: Connector
    organization_id: str
    build: Build


class Selection(NamedTuple):
    """A page of documents and how many there are in all."""

    documents: tuple[msgspec.Raw, ...]
    total: int


def insert_staged(
    connection: Connection, staged: ConnectorStaged, owner: Project, commit: str
) -> None:
    """Raises ``DuplicateFieldError`` when the key is taken."""
    moment = timestamp(now())
    try:
        with connection.begin_nested():
            connection.execute(
                insert(connectors_staged).values(
                    **_columns(staged),
                    id=staged.id,
                    key=staged.key,
                    organization_id=owner.organization_id,
                    project_key=owner.key,
                    commit=commit,
                    created_at=moment,
                    last_modified_at=moment,
                )
            )
    except IntegrityError:
        raise DuplicateFieldError("key", staged.key) from None
    _save_projects(connection, staged)


def save_staged(
    connection: Connection,
    staged: ConnectorStaged,
    *,
    expected: int,
    commit: str | None = None,
    preview: Build | None = None,
) -> None:
    """Write the next version over ``expected``.

    ``commit`` and ``preview`` stay as they are when not given; another commit drops the preview's
    build. Raises ``ConcurrentModificationError`` when somebody was faster.
    """
    values = _columns(staged)
    if commit:
        values |= {"commit": commit, "preview": None}
    if preview:
        values["preview"] = encode(preview).decode()
    changed = connection.execute(
        update(connectors_staged)
        .where(connectors_staged.c.id == staged.id, connectors_staged.c.version == expected)
        .values(**values, last_modified_at=timestamp(now()))
    )
    if changed.rowcount != 1:
        current = staged_with_id(connection, staged.id).staged.version
        raise ConcurrentModificationError(staged.id, staged.key, expected, current)
    _save_projects(connection, staged)


def staged_with_id(connection: Connection, id: str) -> StoredStaged:  # noqa: A002
    """Raises ``ResourceNotFoundError``."""
    row = _staged_row(connection, connectors_staged.c.id == id)
    if row is None:
        raise ResourceNotFoundError("ConnectorStaged", id=id)
    return _stored_staged(row)


def staged_with_key(connection: Connection, key: str) -> StoredStaged:
    """Raises ``ResourceNotFoundError``."""
    row = _staged_row(connection, connectors_staged.c.key == key)
    if row is None:
        raise ResourceNotFoundError("ConnectorStaged", key=key)
    return _stored_staged(row)


def key_is_taken(connection: Connection, key: str) -> bool:
    return _staged_row(connection, connectors_staged.c.key == key) is not None


def delete_staged(connection: Connection, id: str) -> None:  # noqa: A002
    """Remove the draft and every published version (facts 1.7)."""
    search_index.remove_connector(connection, id)
    connection.execute(delete(connectors).where(connectors.c.id == id))
    connection.execute(delete(connector_projects).where(connector_projects.c.connector_id == id))
    connection.execute(delete(connectors_staged).where(connectors_staged.c.id == id))


def select_staged(
    connection: Connection,
    organization_id: str,
    *,
    limit: int,
    offset: int,
    order: tuple[tuple[str, bool], ...],
    private: bool | None = None,
    integration_types: tuple[IntegrationType, ...] = (),
) -> Selection:
    """A page of an organization's drafts, with any of ``integration_types`` when some are given.

    ``order``: column names and whether descending.
    """
    where = [connectors_staged.c.organization_id == organization_id]
    if private is not None:
        where.append(connectors_staged.c.private == private)
    if integration_types:
        where.append(any_type(connectors_staged.c.integration_types, integration_types))
    total = connection.execute(
        select(func.count()).select_from(connectors_staged).where(*where)
    ).scalar_one()
    rows = connection.execute(
        select(connectors_staged.c.document)
        .where(*where)
        .order_by(*(_ordered(name, down) for name, down in order))
        .limit(limit)
        .offset(offset)
    )
    return Selection(tuple(msgspec.Raw(row.document.encode()) for row in rows), total)


def insert_connector(
    connection: Connection, connector: Connector, organization_id: str, build: Build
) -> None:
    """Add a published version and make it the latest, the one searches find; all are kept."""
    moment = timestamp(now())
    connection.execute(
        update(connectors).where(connectors.c.id == connector.id).values(latest=False)
    )
    connection.execute(
        insert(connectors).values(
            id=connector.id,
            version=connector.version,
            key=connector.key,
            organization_id=organization_id,
            latest=True,
            private=connector.private,
            build=encode(build).decode(),
            document=encode(connector).decode(),
            created_at=moment,
        )
    )
    projects = _projects(connection, connector.id)
    search_index.put_connector(connection, connector, organization_id, projects, moment)


def unlist_connector(connection: Connection, id: str) -> None:  # noqa: A002
    """Searches show the Connector to its owner only; it can still be read and deployed."""
    found = connector_with(connection, id=id)
    if found is not None:
        projects = _projects(connection, id)
        search_index.relabel(connection, found.connector, projects, listed=False)


def search_connectors(connection: Connection, search: Search, project: Project | None) -> Selection:
    """The latest versions of the Connectors the Project may find (facts 2.3)."""
    found = searching.find(connection, search, project)
    rows = connection.execute(
        select(connectors.c.id, connectors.c.document).where(
            connectors.c.id.in_(found.ids), connectors.c.latest
        )
    )
    documents = {row.id: msgspec.Raw(row.document.encode()) for row in rows}
    return Selection(tuple(documents[one] for one in found.ids), found.total)


def connector_with(
    connection: Connection,
    *,
    id: str | None = None,  # noqa: A002
    key: str | None = None,
    version: int | None = None,
) -> StoredConnector | None:
    """The version asked for, else the latest."""
    where: list[ColumnElement[bool]] = [
        connectors.c.id == id if id else connectors.c.key == key,
        connectors.c.latest if version is None else connectors.c.version == version,
    ]
    row = connection.execute(select(connectors).where(*where)).first()
    if row is None:
        return None
    return StoredConnector(
        msgspec.json.decode(row.document, type=Connector),
        row.organization_id,
        msgspec.json.decode(row.build, type=Build),
    )


def next_version(connection: Connection, id: str) -> int:  # noqa: A002
    newest = connection.execute(
        select(func.max(connectors.c.version)).where(connectors.c.id == id)
    ).scalar()
    return (newest or 0) + 1


def may_use(connection: Connection, project: Project, organization_id: str, id: str) -> bool:  # noqa: A002
    """Whether a private Connector is open to this Project: its owner's, or listed (facts 2.4)."""
    return project.organization_id == organization_id or is_listed(connection, project, id)


def is_listed(connection: Connection, project: Project, id: str) -> bool:  # noqa: A002
    """Whether the draft's ``privateProjects`` names this Project."""
    return (
        connection.execute(
            select(connector_projects.c.project).where(
                connector_projects.c.connector_id == id,
                connector_projects.c.project == project.identifier,
            )
        ).first()
        is not None
    )


def artifacts_in_use(connection: Connection) -> frozenset[str]:
    """The digests that published versions and previews run from."""
    builds = [
        *connection.execute(select(connectors.c.build)).scalars(),
        *connection.execute(
            select(connectors_staged.c.preview).where(connectors_staged.c.preview.is_not(None))
        ).scalars(),
    ]
    return frozenset().union(*(msgspec.json.decode(one, type=Build).artifacts for one in builds))


def _columns(staged: ConnectorStaged) -> dict[str, Any]:
    return {
        "version": staged.version,
        # PostgreSQL's text cannot hold the character zero; in the document it is escaped
        "name": staged.name.replace("\0", ""),
        "status": staged.status,
        "private": staged.private,
        "integration_types": listing(staged.integration_types),
        "document": encode(staged).decode(),
    }


def any_type(
    column: ColumnElement[str], wanted: tuple[IntegrationType, ...]
) -> ColumnElement[bool]:
    """Whether a ``listing`` names one of these."""
    return or_(*(column.contains(f",{one},") for one in wanted))


def listing(types: tuple[IntegrationType, ...]) -> str:
    """Integration types as a column that ``any_type`` looks into."""
    return f",{','.join(types)},"


def _save_projects(connection: Connection, staged: ConnectorStaged) -> None:
    known = _projects(connection, staged.id)
    if set(known) == set(staged.private_projects):
        return
    connection.execute(
        delete(connector_projects).where(connector_projects.c.connector_id == staged.id)
    )
    if staged.private_projects:
        connection.execute(
            insert(connector_projects),
            [
                {"connector_id": staged.id, "project": project}
                for project in staged.private_projects
            ],
        )
    published = connector_with(connection, id=staged.id)
    if published is not None:
        search_index.relabel(connection, published.connector, staged.private_projects)


def _projects(connection: Connection, id: str) -> tuple[str, ...]:  # noqa: A002
    """The Projects a Connector is open to, now: they are the draft's, whatever is published."""
    return tuple(
        connection.execute(
            select(connector_projects.c.project).where(connector_projects.c.connector_id == id)
        ).scalars()
    )


def _staged_row(connection: Connection, where: ColumnElement[bool]) -> Row[Any] | None:
    return connection.execute(select(connectors_staged).where(where)).first()


def _stored_staged(row: Row[Any]) -> StoredStaged:
    return StoredStaged(
        msgspec.json.decode(row.document, type=ConnectorStaged),
        row.organization_id,
        row.project_key,
        row.commit,
        msgspec.json.decode(row.preview, type=Build) if row.preview else None,
    )


def _ordered(name: str, descending: bool) -> ColumnElement[Any]:
    column = connectors_staged.c[name]
    return column.desc() if descending else column.asc()
