"""Run the application's tests, before its build (corpus: some builds move what tests need)."""

import asyncio

from connectory.durable import Rejected
from connectory.publishing.built import NO_TESTS, finding
from connectory.publishing.model import Suite, SuiteVerdict
from connectory.publishing.running import INSIDE, TOOLS, judge, run_script
from connectory.publishing.task import Task
from connectory.publishing.tools import failures, scripts, suites
from connectory.publishing.tools.suites.verdict import crashed, failed
from connectory.publishing.tools.transcript import Transcript
from connectory.sandbox import Finished, Limits, Network

PRELOADED = {"NODE_OPTIONS": f"--require {TOOLS}/testing/processors.cjs"}
"""For managers that put their own Node.js before ours on the search path."""


async def test(task: Task) -> Suite:
    """The verdict of the ``test`` script; a failure is data, not an error."""
    line = scripts.test(task.subject.package)
    task.workspace.begin("test")
    verdict = await _run(task, line) if line else untested(task.name)
    task.workspace.end("test")
    return verdict


def untested(application: str) -> Suite:
    what = f"{application} has no test script."
    return Suite(findings=(finding(NO_TESTS, application, what, path="package.json"),))


async def _run(task: Task, line: str) -> Suite:
    heard = Transcript()
    finished = await run_script(
        task, line, task.name, name="test", network=Network.NONE,
        variables={"NODE_ENV": "test", **PRELOADED}, heard=heard.add,
    )  # fmt: skip
    limits = task.publishing.limits()
    return await asyncio.to_thread(judged, task.name, finished, limits, heard.text())


def judged(application: str, finished: Finished, limits: Limits, output: str) -> Suite:
    """The failing tests by name if the runner names them, else why nothing could be run."""
    try:
        judge(finished, f"The script test of {application}", limits, failures.never_ours)
    except Rejected as refusal:
        reading = suites.read(output, f"{INSIDE}/{application}")
        if reading is not None and finished.cause in {"exit", "signal"}:
            return failed(application, reading, refusal)
        return crashed(application, refusal)
    return Suite(SuiteVerdict.PASSED)
