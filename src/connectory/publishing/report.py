"""What a creator reads: entries with the platform's titles (facts 7.2), written as steps end."""

from sqlalchemy import Connection

from connectory.connectors import progress, store
from connectory.connectors.model import (
    ConnectorStaged,
    Report,
    ReportEntry,
    ReportEntryType,
)
from connectory.durable import Run, RunState
from connectory.durable.outcome import RunCancelled
from connectory.durable.runs import run_with_id
from connectory.errors import ResourceNotFoundError
from connectory.wire import now, timestamp

PREVIEW, PUBLISH = "preview", "publish"
SPECIFICATION = "Connector specification file validation"
NOT_FOUND = "Connector specification file not found"
REPOSITORY = "Connector repository"
BUILD = "Application build"
IMAGE = "Connector image build"
TESTS = "Application tests"
ORDER = (
    "Image security analysis",
    "SAST and SCA analysis",
    SPECIFICATION,
    IMAGE,
    "Connector runtime security",
)
"""In which entries of finished checks follow each other (facts 7.2)."""
LONGEST_MESSAGE = 4096


def succeeded(
    check: str, application: str | None = None, message: str | None = None
) -> ReportEntry:
    return entry(ReportEntryType.INFORMATION, f"{check} check succeeded", message, application)


def failed(check: str, message: str, application: str | None = None) -> ReportEntry:
    return entry(ReportEntryType.ERROR, f"{check} check failed", message, application)


def warning(title: str, message: str, application: str | None = None) -> ReportEntry:
    return entry(ReportEntryType.WARNING, title, message, application)


def error(title: str, message: str, application: str | None = None) -> ReportEntry:
    return entry(ReportEntryType.ERROR, title, message, application)


def entry(
    kind: ReportEntryType, title: str, message: str | None, application: str | None = None
) -> ReportEntry:
    return ReportEntry(
        type=kind,
        title=title,
        message=shortened(message) if message else None,
        application=application,
        created_at=timestamp(now()),
    )


def shortened(message: str) -> str:
    """The first lines say what is wrong, the last ones show it: what is cut lies between."""
    if len(message) <= LONGEST_MESSAGE:
        return message
    head, tail = message[: LONGEST_MESSAGE // 4], message[-(LONGEST_MESSAGE * 3 // 4) :]
    return f"{head}\n[...]\n{tail.partition(chr(10))[2] or tail}"


def record(connection: Connection, run: Run, *entries: ReportEntry) -> None:
    """Add entries to the run's report, each once however often its step runs.

    Raises ``RunCancelled`` when the run is withdrawn or its draft is gone.
    """
    stored = current(connection, run)
    grown = with_entries(run, stored.staged, entries)
    if grown is not stored.staged:
        store.save_staged(connection, grown, expected=stored.staged.version)


def current(connection: Connection, run: Run) -> store.StoredStaged:
    """The run's draft. Raises ``RunCancelled`` when the run is over or the draft is gone."""
    if run_with_id(connection, run.id).state not in {RunState.QUEUED, RunState.RUNNING}:
        raise RunCancelled
    try:
        return store.staged_with_id(connection, run.resource_id)
    except ResourceNotFoundError:
        raise RunCancelled from None


def with_entries(
    run: Run, staged: ConnectorStaged, entries: tuple[ReportEntry, ...]
) -> ConnectorStaged:
    add = (
        progress.with_previewable_entry
        if run.workflow == PREVIEW
        else progress.with_publishing_entry
    )
    for one in entries:
        if not _has(report_of(run, staged), one):
            staged = add(staged, one)
    return staged


def report_of(run: Run, staged: ConnectorStaged) -> Report | None:
    return staged.previewable_report if run.workflow == PREVIEW else staged.publishing_report


def _has(report: Report | None, wanted: ReportEntry) -> bool:
    return any(
        (one.title, one.application) == (wanted.title, wanted.application)
        for one in (report.entries if report else ())
    )
