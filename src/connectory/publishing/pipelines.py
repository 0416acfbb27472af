"""Preview and publish: fetch, specification, each application side by side, then the verdict.

Both run the same steps over a draft's repository; they differ in what they leave behind.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from connectory.certification.evidence import Trial
from connectory.connectors.model import Build, ReportEntry
from connectory.durable import Rejected, Run
from connectory.durable.engine import Workflow
from connectory.durable.journal import Journal
from connectory.durable.outcome import RunCancelled
from connectory.findings.policy import Stage
from connectory.findings.report import FullReport, Source, Verdict
from connectory.publishing import judging, report, tagged
from connectory.publishing.branches import run_branch
from connectory.publishing.context import Publishing
from connectory.publishing.judging import Judge
from connectory.publishing.model import Outcome, Plan
from connectory.publishing.steps import finish
from connectory.publishing.steps.evidence import gather
from connectory.publishing.steps.examine import Examined, examine
from connectory.publishing.steps.fetch import Fetched, fetch
from connectory.publishing.steps.finish import Conclusion, PublishRequest
from connectory.publishing.steps.present import present
from connectory.publishing.steps.specification import (
    NoSpecification,
    lay_out,
    plan,
    specified,
    specify,
)
from connectory.repositories import Revision

T = TypeVar("T")
Ending = Callable[[Connection, Run, Conclusion], None]


def workflows(publishing: Publishing) -> tuple[Workflow, ...]:
    """What the engine must know to do preview and publish, and to look after a tag."""

    async def body(journal: Journal) -> None:
        await validate(publishing, journal)

    async def branch(journal: Journal) -> Outcome:
        return await run_branch(publishing, journal)

    names = (report.PREVIEW, report.PUBLISH)
    runs = (Workflow(name, body, finish.crashed, branch) for name in names)
    return (*runs, tagged.workflow(publishing))


async def validate(publishing: Publishing, journal: Journal) -> None:
    """One run, from the request to its final state. A withdrawn run ends quietly."""
    try:
        await _carry_out(publishing, journal)
    except RunCancelled:
        pass
    except asyncio.CancelledError:
        raise  # the platform stops: the files are needed when it goes on
    except Exception:
        await _clear(publishing, journal)
        raise
    await _clear(publishing, journal)


async def _carry_out(publishing: Publishing, journal: Journal) -> None:
    judge = Judge(publishing.settings, journal.run, stage(journal.run))
    source = Source()
    try:
        revision = await _fetched(publishing, journal)
        source = Source(revision.url, revision.tag, revision.commit, revision.tree)
        planned = await _specified(publishing, journal, revision)
        examined, outcomes = await _examined(publishing, journal, planned)
    except Rejected as verdict:
        refusal = Conclusion(None, (), judge.refusal(verdict, source))
        await _write(publishing, journal, finish.refused, refusal)
        return
    full = judge.report(planned, examined, outcomes)
    await _end(publishing, journal, planned, outcomes, full)


async def _fetched(publishing: Publishing, journal: Journal) -> Revision:
    run = journal.run

    async def fetched() -> Fetched:
        stored = await publishing.database.read(lambda c: report.current(c, run))
        repository = stored.staged.repository
        try:
            return await fetch(publishing.repositories, repository)
        except Rejected as verdict:
            await _tell(publishing, run, report.failed(report.REPOSITORY, verdict.message))
            raise

    commit = await journal.step("fetch", fetched, Fetched, timeout=_fetch_time(publishing))
    return Revision(commit.url, commit.tag, commit.commit, commit.tree)


async def _specified(publishing: Publishing, journal: Journal, revision: Revision) -> Plan:
    """The applications of the commit, known and laid out."""
    run = journal.run

    async def specification() -> Plan:
        try:
            return await _specify(publishing, run, revision)
        except Rejected as verdict:
            await _tell(publishing, run, _not_valid(verdict))
            raise

    return await journal.step("specification", specification, Plan)


async def _specify(publishing: Publishing, run: Run, revision: Revision) -> Plan:
    specification = await specify(publishing.repositories, revision)
    planned = plan(revision, specification)
    await lay_out(publishing, run.id, revision)
    await publishing.database.write(lambda c: specified(c, run, planned, specification))
    return planned


def _not_valid(verdict: Rejected) -> ReportEntry:
    if isinstance(verdict, NoSpecification):
        return report.error(report.NOT_FOUND, verdict.message)
    return report.failed(report.SPECIFICATION, verdict.message)


async def _examined(
    publishing: Publishing, journal: Journal, planned: Plan
) -> tuple[Examined, list[Outcome]]:
    """The checks of the files and all applications, side by side; each is heard to its end."""

    async def checks() -> Examined:
        return await examine(publishing, journal.run.id, planned)

    names = [one.name for one in planned.applications]
    examining = journal.step("checks", checks, Examined, timeout=CHECKS_TIME)
    building = journal.branches(names, Outcome)
    examined, outcomes = await asyncio.gather(examining, building, return_exceptions=True)
    return _unless_raised(examined), _unless_raised(outcomes)


def _unless_raised(ended: T | BaseException) -> T:
    if isinstance(ended, BaseException):
        raise ended
    return ended


async def _end(
    publishing: Publishing,
    journal: Journal,
    planned: Plan,
    outcomes: list[Outcome],
    full: FullReport,
) -> None:
    """The verdict over all that was found, written with the state it leads to."""
    run = journal.run
    where = _where(publishing, run)
    applications = tuple(one.application for one in outcomes if one.application)
    if full.verdict is Verdict.REFUSED or len(applications) < len(outcomes):
        refusal = Conclusion(None, judging.told(full, where), full)
        await _write(publishing, journal, finish.refused, refusal)
        return
    build = Build(planned.commit, planned.tree, applications)
    if run.workflow == report.PREVIEW:
        passed = Conclusion(build, judging.told(full, where), full)
        await _write(publishing, journal, finish.previewed, passed)
        return
    told = judging.told(full, where, report.succeeded(report.IMAGE))
    ending = finish.released
    if certifies(run):
        trials = tuple(one.trial for one in outcomes if one.trial)
        await _gather(publishing, journal, planned, full, trials)
        ending = finish.awaiting_review
    await _write(publishing, journal, ending, Conclusion(build, told, full))


async def _gather(
    publishing: Publishing,
    journal: Journal,
    planned: Plan,
    full: FullReport,
    trials: tuple[Trial, ...],
) -> None:
    """What the reviewers will judge by and the Marketplace will show, kept before the review
    begins."""

    async def work() -> None:
        await gather(publishing, journal.run, planned, full, trials)
        await present(publishing, journal.run, planned, full)

    await journal.step("evidence", work, type(None))


CHECKS_TIME = 900.0
"""Seconds for all checks of the files: minutes on a huge repository, else a second or two."""


def certifies(run: Run) -> bool:
    """Whether this run is the way to a public Connector."""
    request = msgspec.json.decode(run.request, type=PublishRequest)
    return run.workflow == report.PUBLISH and request.certification


def stage(run: Run) -> Stage:
    if run.workflow == report.PREVIEW:
        return Stage.PREVIEW
    return Stage.CERTIFICATION if certifies(run) else Stage.PUBLISH


def _where(publishing: Publishing, run: Run) -> str:
    return f"Full report: {publishing.settings.origin}/console/reports/{run.id}"


async def _write(
    publishing: Publishing, journal: Journal, ending: Ending, conclusion: Conclusion
) -> None:
    """The final step: its one transaction also ends the run, so repeating it changes nothing."""
    run = journal.run
    name = "release" if ending is finish.released else "finish"

    async def work() -> None:
        await publishing.database.write(lambda c: ending(c, run, conclusion))

    await journal.step(name, work, type(None))


async def _tell(publishing: Publishing, run: Run, entry: ReportEntry) -> None:
    def work(connection: Connection) -> None:
        report.record(connection, run, entry)

    await publishing.database.write(work)


async def _clear(publishing: Publishing, journal: Journal) -> None:
    await asyncio.to_thread(publishing.folder(journal.run.id).clear)


def _fetch_time(publishing: Publishing) -> float:
    """Two attempts of Git, each bounded by itself."""
    return publishing.settings.git_timeout * 4.0 + 60
