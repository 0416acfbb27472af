"""The logs of Deployments: the tables, the contract's shape, and keeping them within their bounds.

Entries are written one after the other, also where several connections could write at once
(PostgreSQL): what is committed later has the greater id, so a reader that has come to an id has
missed nothing before it.
"""

from collections import Counter
from datetime import datetime
from itertools import accumulate
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from connectory.database.schema import metadata
from connectory.deployments.store import deployments
from connectory.hosting.floods import Source
from connectory.hosting.lines import LogType, Severity
from connectory.wire import Wire, timestamp

SWEEP = 5000
"""Entries removed in one transaction."""
OVERHEAD = 200
"""Bytes that an entry takes beside its details, roughly."""
TURN = 0x6C6F6773
"""The lock of PostgreSQL that writers of the log take their turn by."""

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

deployment_log_sizes = Table(
    "deployment_log_sizes",
    metadata,
    Column("deployment_id", String(36), primary_key=True),
    Column("application_name", String(256), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)
"""How much of each application's log is kept: counting it anew would read all of it."""


class DeploymentLog(Wire):
    """One entry as the contract shows it; ``details`` is any JSON."""

    type: LogType
    deployment_id: str
    application_name: str
    severity: Severity
    timestamp: str
    details: msgspec.Raw


class _Octets(GenericFunction[int]):
    """How many bytes a text takes."""

    name = "octet_length"
    type = BigInteger()
    inherit_cache = True


@compiles(_Octets, "sqlite")
def _octets_of_sqlite(element: _Octets, compiler: SQLCompiler, **options: Any) -> str:
    return f"length(CAST({compiler.process(element.clauses, **options)} AS BLOB))"


def keep_logs(
    connection: Connection, rows: list[dict[str, Any]], most: int | None = None
) -> Counter[Source]:
    """Write entries behind all others. Of a Deployment with more than ``most`` bytes, the oldest
    go, of the application that has the most. How many went."""
    _take_turn(connection)
    connection.execute(insert(deployment_logs), rows)
    added, gone = Counter[Source](), Counter[Source]()
    for row in rows:
        source = Source(row["deployment_id"], row["application_name"])
        added[source] += OVERHEAD + len(row["details"].encode())
    for source, size in added.items():
        _grow(connection, source, size)
    for deployment_id in {one.deployment_id for one in added} if most is not None else ():
        sizes = _sizes(connection, deployment_id)
        if (excess := sizes.total() - (most or 0)) > 0:
            largest = max(sizes, key=lambda one: sizes[one])
            gone[largest] = _shorten(connection, largest, excess)
    return gone


def delete_logs(connection: Connection, deployment_id: str) -> None:
    for table in (deployment_logs, deployment_log_sizes):
        connection.execute(delete(table).where(table.c.deployment_id == deployment_id))


def delete_orphaned_logs(connection: Connection) -> None:
    """Remove what a killed platform wrote about Deployments that are gone."""
    known = select(deployments.c.id)
    for table in (deployment_logs, deployment_log_sizes):
        connection.execute(delete(table).where(table.c.deployment_id.not_in(known)))


def sweep_logs(connection: Connection, before: datetime) -> int:
    """Remove the oldest entries from before ``before``, a bounded number; how many went."""
    _take_turn(connection)
    logs = deployment_logs.c
    old = connection.execute(
        select(logs.id, logs.deployment_id, logs.application_name, _Octets(logs.details))
        .where(logs.timestamp < timestamp(before))
        .order_by(logs.timestamp)
        .limit(SWEEP)
    ).all()
    connection.execute(delete(deployment_logs).where(logs.id.in_([one[0] for one in old])))
    freed = Counter[Source]()
    for _, deployment_id, application_name, size in old:
        freed[Source(deployment_id, application_name)] += OVERHEAD + size
    for source, size in freed.items():
        _grow(connection, source, -size)
    return len(old)


def _take_turn(connection: Connection) -> None:
    """Until this transaction is committed, no other one writes. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(TURN)))


def _sizes(connection: Connection, deployment_id: str) -> Counter[Source]:
    sizes = deployment_log_sizes.c
    rows = connection.execute(
        select(sizes.application_name, sizes.bytes).where(sizes.deployment_id == deployment_id)
    )
    return Counter({Source(deployment_id, name): size for name, size in rows})


def _grow(connection: Connection, source: Source, size: int) -> None:
    """Note that ``size`` more is kept; less than nothing never is."""
    sizes = deployment_log_sizes.c
    known = _sizes(connection, source.deployment_id)
    whole = max(0, known[source] + size)
    if source not in known:
        row = {**source._asdict(), "bytes": whole}
        connection.execute(insert(deployment_log_sizes).values(row))
        return
    this = (sizes.deployment_id == source[0], sizes.application_name == source[1])
    connection.execute(update(deployment_log_sizes).where(*this).values(bytes=whole))


def _shorten(connection: Connection, source: Source, excess: int) -> int:
    """Remove the oldest entries that are ``excess`` bytes together, a bounded number of them."""
    logs = deployment_logs.c
    this = (logs.deployment_id == source[0], logs.application_name == source[1])
    oldest = connection.execute(
        select(logs.id, _Octets(logs.details)).where(*this).order_by(logs.id).limit(SWEEP)
    ).all()
    if not oldest:
        return 0
    freed = list(accumulate(OVERHEAD + size for _, size in oldest))
    enough = next((at for at, size in enumerate(freed) if size >= excess), len(freed) - 1)
    connection.execute(delete(deployment_logs).where(*this, logs.id <= oldest[enough].id))
    _grow(connection, source, -freed[enough])
    return enough + 1
