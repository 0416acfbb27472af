"""Run the script that builds the application."""

from collections.abc import Mapping

import msgspec

from connectory.publishing.running import judge, run_script
from connectory.publishing.task import Task
from connectory.publishing.tools import failures, scripts
from connectory.sandbox import Network


class Built(msgspec.Struct, frozen=True):
    """``script`` is the name of what was run, None when there is nothing to build."""

    script: str | None


async def build(task: Task) -> Built:
    """``gcp-build`` or ``build``, with what the install brought. Raises ``Rejected``."""
    task.workspace.begin("build")
    found = scripts.build(task.subject.package)
    if found:
        name, line = found
        await run_build(task, name, line, {})
    task.workspace.end("build")
    return Built(found[0] if found else None)


async def run_build(task: Task, name: str, line: str, variables: Mapping[str, str]) -> None:
    """One build script in the workspace. Raises ``Rejected``."""
    finished = await run_script(
        task, line, task.name, name=name, network=Network.REGISTRY,
        variables={**variables, "NODE_ENV": "production"},
    )  # fmt: skip
    what = f"The script {name} of {task.name}"
    judge(finished, what, task.publishing.limits(), failures.manager_is_ours)
