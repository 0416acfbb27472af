"""An organization's drafts as a list that a person looks through: by text, state and time."""

from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, func, or_, select

from connectory.connectors.model import (
    Build,
    Connector,
    ConnectorStaged,
    ConnectorStatus,
    IntegrationType,
    IsPreviewable,
    Repository,
)
from connectory.connectors.store import any_type, connectors, connectors_staged
from connectory.wire import Wire

Order = tuple[tuple[str, bool], ...]


class DraftSummary(Wire, omit_defaults=False):
    """A draft without its reports and configuration, with the times that the contract's
    ConnectorStaged has no fields for."""

    id: str
    key: str | None
    version: int
    name: str
    integration_types: tuple[IntegrationType, ...]
    repository: Repository
    private: bool
    status: ConnectorStatus
    already_listed: bool
    has_changes: bool
    is_previewable: IsPreviewable
    created_at: str
    last_modified_at: str


class Wanted(NamedTuple):
    """``text`` is part of the name or the key. ``order``: column names and whether descending."""

    organization_id: str
    limit: int
    offset: int
    order: Order
    text: str = ""
    statuses: tuple[ConnectorStatus, ...] = ()
    integration_types: tuple[IntegrationType, ...] = ()
    private: bool | None = None


class Found(NamedTuple):
    """A page, and how many there are in all."""

    drafts: tuple[DraftSummary, ...]
    total: int


def find_drafts(connection: Connection, wanted: Wanted) -> Found:
    where = tuple(_where(wanted))
    count = select(func.count()).select_from(connectors_staged).where(*where)
    table = connectors_staged.c
    rows = connection.execute(
        select(table.document, table.created_at, table.last_modified_at)
        .where(*where)
        .order_by(*(table[name].desc() if down else table[name] for name, down in wanted.order))
        .limit(wanted.limit)
        .offset(wanted.offset)
    )
    drafts = tuple(_summary(*row) for row in rows)
    return Found(drafts, connection.execute(count).scalar_one())


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    table, text = connectors_staged.c, wanted.text.replace("\0", "")
    found: list[ColumnElement[bool]] = [table.organization_id == wanted.organization_id]
    if text:
        parts = (column.icontains(text, autoescape=True) for column in (table.name, table.key))
        found.append(or_(*parts))
    if wanted.statuses:
        found.append(table.status.in_(wanted.statuses))
    if wanted.integration_types:
        found.append(any_type(table.integration_types, wanted.integration_types))
    if wanted.private is not None:
        found.append(table.private == wanted.private)
    return found


def _summary(document: str, created_at: str, last_modified_at: str) -> DraftSummary:
    staged = msgspec.json.decode(document, type=ConnectorStaged)
    return DraftSummary(
        id=staged.id,
        key=staged.key,
        version=staged.version,
        name=staged.name,
        integration_types=staged.integration_types,
        repository=staged.repository,
        private=staged.private,
        status=staged.status,
        already_listed=staged.already_listed,
        has_changes=staged.has_changes,
        is_previewable=staged.is_previewable,
        created_at=created_at,
        last_modified_at=last_modified_at,
    )


class PublishedVersion(Wire, omit_defaults=False):
    """One version of a Connector: what it was built from, and when it was published."""

    version: int
    name: str
    repository: Repository
    commit: str
    certified: bool
    private: bool
    published_at: str


def versions_of(connection: Connection, connector_id: str) -> tuple[PublishedVersion, ...]:
    """The newest first."""
    table = connectors.c
    rows = connection.execute(
        select(table.document, table.build, table.created_at)
        .where(table.id == connector_id)
        .order_by(table.version.desc())
    )
    return tuple(_version(*row) for row in rows)


def _version(document: str, build: str, created_at: str) -> PublishedVersion:
    connector = msgspec.json.decode(document, type=Connector)
    return PublishedVersion(
        version=connector.version,
        name=connector.name,
        repository=connector.repository,
        commit=msgspec.json.decode(build, type=Build).commit,
        certified=connector.certified,
        private=connector.private,
        published_at=created_at,
    )
