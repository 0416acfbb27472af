"""Run the application's tests, before its build (corpus: some builds move what tests need)."""

from connectory.durable import Rejected
from connectory.publishing.model import Suite, SuiteVerdict
from connectory.publishing.running import TOOLS, judge, run_script
from connectory.publishing.task import Task
from connectory.publishing.tools import scripts
from connectory.sandbox import Network

PRELOADED = {"NODE_OPTIONS": f"--require {TOOLS}/testing/processors.cjs"}
"""For managers that put their own Node.js before ours on the search path."""


async def test(task: Task) -> Suite:
    """The verdict of the ``test`` script; a failure is data, not an error."""
    line = scripts.test(task.subject.package)
    task.workspace.begin("test")
    verdict = await _run(task, line) if line else Suite()
    task.workspace.end("test")
    return verdict


async def _run(task: Task, line: str) -> Suite:
    finished = await run_script(
        task, line, task.name, name="test", network=Network.NONE,
        variables={"NODE_ENV": "test", **PRELOADED},
    )  # fmt: skip
    try:
        judge(finished, f"The script test of {task.name}", task.publishing.limits())
    except Rejected as verdict:
        return Suite(SuiteVerdict.FAILED, verdict.message)
    return Suite(SuiteVerdict.PASSED)
