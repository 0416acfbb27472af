"""The full reports of runs, as rows beside the entries that the wire shows."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from connectory.connectors.store import connectors, connectors_staged
from connectory.durable import Run
from connectory.findings.report import FullReport, from_json, to_json
from connectory.publishing.tables import validation_reports
from connectory.wire import now, timestamp

KEPT = 20
"""Reports of one connector: the newest stay."""


class StoredReport(NamedTuple):
    """A report with who may read it: the organization of its connector."""

    report: FullReport
    connector_id: str
    organization_id: str | None


def save_report(connection: Connection, run: Run, report: FullReport) -> None:
    """Keep the run's report; a second time replaces the first."""
    table = validation_reports
    connection.execute(delete(table).where(table.c.run_id == run.id))
    connection.execute(
        insert(table).values(
            run_id=run.id,
            connector_id=run.resource_id,
            digest=report.digest,
            document=to_json(report).decode(),
            created_at=timestamp(now()),
        )
    )
    newest = (
        select(table.c.run_id)
        .where(table.c.connector_id == run.resource_id)
        .order_by(table.c.created_at.desc())
        .limit(KEPT)
    )
    kept = set(connection.execute(newest).scalars())
    old = table.c.run_id.not_in(kept)
    connection.execute(delete(table).where(table.c.connector_id == run.resource_id, old))


def report_of(connection: Connection, run_id: str) -> FullReport | None:
    """None when the run is not over, left none, or is forgotten."""
    table = validation_reports
    text = connection.execute(select(table.c.document).where(table.c.run_id == run_id)).scalar()
    return from_json(text.encode()) if text else None


def stored_report(connection: Connection, run_id: str) -> StoredReport | None:
    """A report with its connector's organization; that of what is deleted belongs to nobody."""
    table = validation_reports
    row = connection.execute(select(table).where(table.c.run_id == run_id)).one_or_none()
    if row is None:
        return None
    return StoredReport(
        from_json(row.document.encode()),
        row.connector_id,
        _organization(connection, row.connector_id),
    )


def _organization(connection: Connection, connector_id: str) -> str | None:
    for table in (connectors_staged, connectors):
        found = connection.execute(
            select(table.c.organization_id).where(table.c.id == connector_id).limit(1)
        ).scalar()
        if found is not None:
            return str(found)
    return None
