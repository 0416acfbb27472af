"""The last step: the draft, the Connector and the run change together, once."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from connectory.certification.opening import open_for
from connectory.connectors import progress, store
from connectory.connectors.model import Build, ConnectorStaged, ReportEntry
from connectory.durable import Run, RunState
from connectory.durable.runs import move, steps_of
from connectory.errors import ResourceNotFoundError
from connectory.findings.report import FullReport
from connectory.publishing import report
from connectory.publishing.reports import save_report
from connectory.publishing.store import forget_plan, save_waiting

CRASHED = "The platform failed, not your connector"


class PublishRequest(msgspec.Struct, frozen=True):
    """What a publish run was asked for."""

    certification: bool = False


@dataclass(frozen=True)
class Conclusion:
    """What a run came to: its build unless it is refused, what the report still says."""

    build: Build | None
    entries: tuple[ReportEntry, ...]
    report: FullReport


def previewed(connection: Connection, run: Run, conclusion: Conclusion) -> None:
    """The preview passed, with the build that preview Deployments run."""
    stored = _moved(connection, run, RunState.SUCCEEDED, conclusion.report)
    if stored is not None:
        staged = report.with_entries(run, stored.staged, conclusion.entries)
        staged = progress.previewed(staged, passed=True)
        expected = stored.staged.version
        store.save_staged(connection, staged, expected=expected, preview=conclusion.build)


def released(connection: Connection, run: Run, conclusion: Conclusion) -> None:
    """The next version of the private Connector. Running it twice releases once."""
    stored = _moved(connection, run, RunState.SUCCEEDED, conclusion.report)
    if stored is None:
        return
    staged = progress.published(report.with_entries(run, stored.staged, conclusion.entries))
    version = store.next_version(connection, staged.id)
    connector = progress.released(staged, version, certified=False)
    store.insert_connector(connection, connector, stored.organization_id, _build(conclusion))
    store.save_staged(connection, staged, expected=stored.staged.version)


def awaiting_review(connection: Connection, run: Run, conclusion: Conclusion) -> None:
    """The automatic checks passed: the build waits for the reviewers, nothing is released. The
    evidence of the run is kept already."""
    stored = _moved(connection, run, RunState.SUCCEEDED, conclusion.report)
    if stored is not None:
        staged = report.with_entries(run, stored.staged, conclusion.entries)
        staged = progress.ready_for_certification(staged)
        store.save_staged(connection, staged, expected=stored.staged.version)
        save_waiting(connection, staged.id, _build(conclusion))
        open_for(connection, stored, run.id)


def refused(connection: Connection, run: Run, conclusion: Conclusion) -> None:
    """The connector is at fault, and the report says why."""
    _fail(connection, run, conclusion.entries, conclusion.report)


def crashed(connection: Connection, run: Run) -> None:
    """The honest entry, when every retry of the platform itself was in vain."""
    broken = [one.name for one in steps_of(connection, run.id) if one.outcome == "broken"]
    where = f" in the step {broken[-1]!r}" if broken else ""
    message = (
        f"{CRASHED}{where}. Nothing of your connector needs to change.\n"
        "Fix: ask again; if it happens again, tell the operator of the platform the run's id, "
        f"{run.id}."
    )
    _fail(connection, run, (report.error(CRASHED, message),), None)


def _fail(
    connection: Connection,
    run: Run,
    entries: tuple[ReportEntry, ...],
    full: FullReport | None,
) -> None:
    stored = _moved(connection, run, RunState.FAILED, full)
    if stored is not None:
        staged = _failed(run, report.with_entries(run, stored.staged, entries))
        store.save_staged(connection, staged, expected=stored.staged.version)


def _failed(run: Run, staged: ConnectorStaged) -> ConnectorStaged:
    if run.workflow == report.PREVIEW:
        return progress.previewed(staged, passed=False)
    return progress.failed(staged)


def _build(conclusion: Conclusion) -> Build:
    if conclusion.build is None:
        raise ValueError("a refused connector has no build to go on with")
    return conclusion.build


def _moved(
    connection: Connection, run: Run, target: RunState, full: FullReport | None
) -> store.StoredStaged | None:
    """The draft to change, if this run is the one that may: not withdrawn, not done before."""
    moved = move(connection, run.id, target)
    forget_plan(connection, run.id)
    if moved and full is not None:
        save_report(connection, run, full)
    try:
        return store.staged_with_id(connection, run.resource_id) if moved else None
    except ResourceNotFoundError:
        return None
