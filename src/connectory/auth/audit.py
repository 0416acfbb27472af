"""The audit log: who did what to what when. Kept in the transaction of what was done.

An event never holds a secret, nor the value of a configuration: who reads the log may be somebody
who may not read those.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    String,
    Table,
    and_,
    delete,
    false,
    func,
    insert,
    or_,
    select,
)

from connectory.database.schema import metadata
from connectory.wire import Wire, encode, now, timestamp

SIGNED_IN, REFUSED = "signIn", "signInRefused"
OPERATOR_HERE = "command line"
"""Who works on the data directory itself."""
LONGEST = 256

audit_events = Table(
    "audit_events",
    metadata,
    Column(
        "number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("moment", String(24), nullable=False, index=True),
    Column("organization_id", String(36), nullable=False),
    Column("who", String(LONGEST), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target_type", String(64), nullable=False),
    Column("target_id", String(LONGEST), nullable=False),
    Column("target_key", String(LONGEST), nullable=False),
    Column("detail", String, nullable=False),
    Column("correlation", String(LONGEST), nullable=False),
    Index("ix_audit_events_organization_id_number", "organization_id", "number"),
    sqlite_autoincrement=True,
)


class Target(NamedTuple):
    """What something was done to: its type's name on the wire, its id and its key, or ""."""

    type: str
    id: str = ""
    key: str | None = ""


class Deed(NamedTuple):
    """``action``: the id of an operation in the API's description, or a sign-in."""

    organization_id: str
    who: str
    action: str
    target: Target
    detail: Mapping[str, Any] = {}
    correlation: str = ""


class AuditTarget(Wire):
    type: str
    id: str = ""
    key: str = ""


class AuditEvent(Wire):
    """``who``: ``user:{name}``, ``api-client:{id}`` or ``command line``. ``action``: the id of an
    operation of the API, ``signIn`` or ``signInRefused``."""

    number: int
    moment: str
    who: str
    action: str
    target: AuditTarget
    detail: dict[str, Any]
    correlation_id: str


class Wanted(NamedTuple):
    """Which events; an empty text means any. ``target`` is a type, an id or a key."""

    action: str = ""
    who: str = ""
    target: str = ""


class Selected(NamedTuple):
    events: tuple[AuditEvent, ...]
    total: int


def keep(connection: Connection, deed: Deed) -> None:
    connection.execute(
        insert(audit_events).values(
            moment=timestamp(now()),
            organization_id=deed.organization_id,
            who=deed.who[:LONGEST],
            action=deed.action,
            target_type=deed.target.type,
            target_id=deed.target.id[:LONGEST],
            target_key=(deed.target.key or "")[:LONGEST],
            detail=encode(deed.detail).decode(),
            correlation=deed.correlation[:LONGEST],
        )
    )


def select_events(
    connection: Connection, organization_id: str, wanted: Wanted, limit: int, offset: int
) -> Selected:
    """The newest first."""
    meant = _meant(organization_id, wanted)
    rows = connection.execute(
        select(audit_events)
        .where(meant)
        .order_by(audit_events.c.number.desc())
        .limit(limit)
        .offset(offset)
    )
    events = tuple(
        AuditEvent(
            number=row.number,
            moment=row.moment,
            who=row.who,
            action=row.action,
            target=AuditTarget(type=row.target_type, id=row.target_id, key=row.target_key),
            detail=msgspec.json.decode(row.detail),
            correlation_id=row.correlation,
        )
        for row in rows
    )
    total = connection.execute(select(func.count()).select_from(audit_events).where(meant)).scalar()
    return Selected(events, int(total or 0))


def forget_events(connection: Connection, days: int) -> None:
    """Those older than so many days."""
    oldest = timestamp(now() - timedelta(days=days))
    connection.execute(delete(audit_events).where(audit_events.c.moment < oldest))


def _meant(organization_id: str, wanted: Wanted) -> ColumnElement[bool]:
    table = audit_events.c
    parts = [table.organization_id == organization_id]
    if "\0" in "".join(wanted):  # PostgreSQL's text cannot hold it: nothing is called so
        return false()
    if wanted.action:
        parts.append(table.action == wanted.action)
    if wanted.who:
        parts.append(table.who == wanted.who)
    if wanted.target:
        columns = (table.target_type, table.target_id, table.target_key)
        parts.append(or_(*(column == wanted.target for column in columns)))
    return and_(*parts)
