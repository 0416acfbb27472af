"""Runs of a draft as the engine writes them, without an engine."""

from typing import Any

from sqlalchemy import Connection
from tests.api.released import build
from tests.certification.samples import full
from tests.console.support import Site

from connectory.connectors.model import ReportEntry
from connectory.durable import Run, RunState
from connectory.durable.runs import move, runs_of, step_began, step_ended
from connectory.findings.report import FullReport
from connectory.publishing.said import Said
from connectory.publishing.steps import finish
from connectory.publishing.steps.finish import Conclusion

DONE = '["done",null]'


def newest(site: Site, draft: dict[str, Any]) -> Run:
    return site.database.read_blocking(lambda c: runs_of(c, draft["id"])[0])


def begin(site: Site, draft: dict[str, Any], *steps: str) -> Run:
    """A worker has taken the newest run: all ``steps`` but the last one are done."""
    run = newest(site, draft)

    def work(connection: Connection) -> None:
        move(connection, run.id, RunState.RUNNING)
        for name in steps:
            step_began(connection, run.id, name)
        for name in steps[:-1]:
            step_ended(connection, run.id, name, "done", 1.5, None)

    site.database.write_blocking(work)
    return run


def say(site: Site, run: Run, step: str, *lines: str) -> None:
    """What a program of the run says."""
    output = site.faces.pages.state.context.settings.output_directory
    with Said(output, site.database.changes.announce).hearing(run.id, step, "service") as heard:
        for line in lines:
            heard(line)


def end(
    site: Site, run: Run, *entries: ReportEntry, passed: bool, report: FullReport | None = None
) -> None:
    """The run's last transaction, as the pipeline makes it."""
    kind = {"preview": finish.previewed, "publish": finish.released}[run.workflow]
    ending = kind if passed else finish.refused
    conclusion = Conclusion(build() if passed else None, entries, report or full())
    site.database.write_blocking(lambda c: ending(c, run, conclusion))
