"""The logs of Deployments: the table, the contract's shape, and reading by date and page."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    delete,
    select,
)

from connectory.database.schema import metadata
from connectory.deployments.errors import (
    DeploymentLogInvalidDateError,
    DeploymentLogInvalidPageTokenError,
)
from connectory.deployments.store import deployments
from connectory.hosting.lines import LogType, Severity
from connectory.wire import Wire, now, timestamp

PAGE = 100
WINDOW = timedelta(days=30)
"""How far back a search may begin (types.json: at most 30 days back)."""
TOLERANCE = timedelta(hours=1)
"""A client that computes "30 days ago" itself may have another clock."""
SWEEP = 5000

deployment_logs = Table(
    "deployment_logs",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("deployment_id", String(36), nullable=False),
    Column("application_name", String(256), nullable=False),
    Column("type", String(20), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("timestamp", String(24), nullable=False, index=True),
    Column("details", String, nullable=False),
    Index("ix_deployment_logs_deployment_id_id", "deployment_id", "id"),
    sqlite_autoincrement=True,  # a page token must never point at another entry later
)


class DeploymentLog(Wire):
    """One entry as the contract shows it; ``details`` is any JSON."""

    type: LogType
    deployment_id: str
    application_name: str
    severity: Severity
    timestamp: str
    details: msgspec.Raw


class LogPage(NamedTuple):
    """``next`` is "" behind the last entry."""

    entries: tuple[DeploymentLog, ...]
    next: str


def entries(
    connection: Connection,
    deployment_id: str,
    application: str | None = None,
    start: str | None = None,
    end: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> LogPage:
    """A page of a Deployment's log, oldest first; ``start`` and ``end`` come from ``window``.

    Raises ``DeploymentLogInvalidPageTokenError``.
    """
    where = [deployment_logs.c.deployment_id == deployment_id]
    if application is not None:
        where.append(deployment_logs.c.application_name == application)
    if start is not None:
        where.append(deployment_logs.c.timestamp >= start)
    if end is not None:
        where.append(deployment_logs.c.timestamp <= end)
    if cursor:
        where.append(deployment_logs.c.id > _position(cursor))
    rows = connection.execute(
        select(deployment_logs).where(*where).order_by(deployment_logs.c.id).limit(limit + 1)
    ).all()
    more = len(rows) > limit
    return LogPage(tuple(map(_entry, rows[:limit])), _token(rows[limit - 1].id) if more else "")


def window(
    start: str | None, end: str | None, moment: datetime | None = None
) -> tuple[str | None, str | None]:
    """Both ends of a search as the table writes them.

    Raises ``DeploymentLogInvalidDateError`` for text that is no date, a beginning more than 30 days
    back, or an end before the beginning.
    """
    first, last = parse_date(start), parse_date(end)
    earliest = (moment or now()) - WINDOW - TOLERANCE
    if first is not None and first < earliest:
        raise DeploymentLogInvalidDateError
    if first is not None and last is not None and last < first:
        raise DeploymentLogInvalidDateError
    return (
        timestamp(first) if first is not None else None,
        timestamp(last) if last is not None else None,
    )


def parse_date(text: str | None) -> datetime | None:
    """ISO 8601 with a zone, or without one for UTC (facts 10: clients send both forms)."""
    if not text:
        return None
    try:
        # a query string turns the plus sign of an unescaped zone into a space
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise DeploymentLogInvalidDateError from None


def delete_logs(connection: Connection, deployment_id: str) -> None:
    connection.execute(
        delete(deployment_logs).where(deployment_logs.c.deployment_id == deployment_id)
    )


def delete_orphaned_logs(connection: Connection) -> None:
    """Remove what a killed platform wrote about Deployments that are gone."""
    known = select(deployments.c.id)
    connection.execute(delete(deployment_logs).where(deployment_logs.c.deployment_id.not_in(known)))


def sweep_logs(connection: Connection, before: datetime) -> int:
    """Remove the oldest entries from before ``before``, a bounded number; how many went."""
    old = (
        select(deployment_logs.c.id)
        .where(deployment_logs.c.timestamp < timestamp(before))
        .limit(SWEEP)
    )
    gone = connection.execute(delete(deployment_logs).where(deployment_logs.c.id.in_(old)))
    return gone.rowcount


def _token(position: int) -> str:
    return urlsafe_b64encode(f"1.{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        version, _, position = (
            urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition(".")
        )
        if version != "1" or not position.isdecimal() or len(position) > 18:
            raise DeploymentLogInvalidPageTokenError(cursor)
        return int(position)
    except (binascii.Error, UnicodeError):
        raise DeploymentLogInvalidPageTokenError(cursor) from None


def _entry(row: Row[Any]) -> DeploymentLog:
    return DeploymentLog(
        type=LogType(row.type),
        deployment_id=row.deployment_id,
        application_name=row.application_name,
        severity=Severity(row.severity),
        timestamp=row.timestamp,
        details=msgspec.Raw(row.details.encode()),
    )
