"""Preview and publish: fetch, specification, each application side by side, then the verdict.

Both run the same steps over a draft's repository; they differ in what they leave behind.
"""

import asyncio
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection

from connectory.connectors.model import Build, ReportEntry
from connectory.durable import Rejected, Run
from connectory.durable.engine import Workflow
from connectory.durable.journal import Journal
from connectory.durable.outcome import RunCancelled
from connectory.publishing import report
from connectory.publishing.branches import run_branch
from connectory.publishing.context import Publishing
from connectory.publishing.model import Outcome, Plan, SuiteVerdict
from connectory.publishing.steps import finish
from connectory.publishing.steps.fetch import Fetched, fetch
from connectory.publishing.steps.finish import PublishRequest
from connectory.publishing.steps.specification import (
    NoSpecification,
    lay_out,
    plan,
    specified,
    specify,
)
from connectory.repositories import Revision

Ending = Callable[..., None]


def workflows(publishing: Publishing) -> tuple[Workflow, ...]:
    """What the engine must know to do preview and publish."""

    async def body(journal: Journal) -> None:
        await validate(publishing, journal)

    async def branch(journal: Journal) -> Outcome:
        return await run_branch(publishing, journal)

    return tuple(
        Workflow(name, body, finish.crashed, branch) for name in (report.PREVIEW, report.PUBLISH)
    )


async def validate(publishing: Publishing, journal: Journal) -> None:
    """One run, from the request to its final state. A withdrawn run ends quietly."""
    try:
        planned = await _read(publishing, journal)
        names = [one.name for one in planned.applications]
        outcomes = await journal.branches(names, Outcome)
        await _end(publishing, journal, planned, outcomes)
    except Rejected:
        await _write(publishing, journal, finish.failed)
    except RunCancelled:
        pass
    except asyncio.CancelledError:
        raise  # the platform stops: the files are needed when it goes on
    except Exception:
        await _clear(publishing, journal)
        raise
    await _clear(publishing, journal)


async def _read(publishing: Publishing, journal: Journal) -> Plan:
    """The commit and its applications, known and laid out."""
    run = journal.run

    async def fetched() -> Fetched:
        stored = await publishing.database.read(lambda c: report.current(c, run))
        repository = stored.staged.repository
        try:
            return await fetch(publishing.repositories, repository)
        except Rejected as verdict:
            await _tell(publishing, run, report.failed(report.REPOSITORY, verdict.message))
            raise

    async def specification() -> Plan:
        try:
            return await _specify(publishing, run, revision)
        except Rejected as verdict:
            await _tell(publishing, run, _not_valid(verdict))
            raise

    commit = await journal.step("fetch", fetched, Fetched, timeout=_fetch_time(publishing))
    revision = Revision(commit.url, commit.tag, commit.commit, commit.tree)
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


async def _end(
    publishing: Publishing, journal: Journal, planned: Plan, outcomes: list[Outcome]
) -> None:
    """The verdict over all applications, written with the state it leads to."""
    run, settings = journal.run, publishing.settings
    build = Build(planned.commit, planned.tree, tuple(one.application for one in outcomes))
    wants_review = certifies(run)
    strict = settings.tests_block_certification if wants_review else settings.tests_block_publish
    failing = [one.application.name for one in outcomes if one.tests.verdict is SuiteVerdict.FAILED]
    if strict and failing:
        entry = report.failed(TESTS, f"The tests of {', '.join(failing)} failed, which blocks it.")
        await _write(publishing, journal, finish.failed, entry)
        return
    entries = [report.skipped(check) for check in report.NOT_YET]
    if run.workflow == report.PREVIEW:
        await _write(publishing, journal, finish.previewed, build, *entries)
        return
    entries.insert(0, report.succeeded(report.IMAGE))
    ending = finish.awaiting_review if wants_review else finish.released
    await _write(publishing, journal, ending, build, *entries)


TESTS = "Application tests"


def certifies(run: Run) -> bool:
    """Whether this run is the way to a public Connector."""
    request = msgspec.json.decode(run.request, type=PublishRequest)
    return run.workflow == report.PUBLISH and request.certification


async def _write(
    publishing: Publishing, journal: Journal, ending: Ending, *arguments: object
) -> None:
    """The final step: its one transaction also ends the run, so repeating it changes nothing."""
    run = journal.run
    name = "release" if ending is finish.released else "finish"

    async def work() -> None:
        await publishing.database.write(lambda c: ending(c, run, *arguments))

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
