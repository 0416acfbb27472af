"""Build a Merchant Center application once, as a Deployment would, with made-up configuration.

What a Deployment serves is built again for it: from the tree as it was installed, which is the
artifact. What is built here shows at a preview that it can be, and is thrown away.
"""

import asyncio

from connectory.durable import Rejected
from connectory.findings import Finding
from connectory.publishing import built
from connectory.publishing.steps.build import run_build
from connectory.publishing.steps.specification import specify
from connectory.publishing.task import Task
from connectory.publishing.tools import placeholders, scripts
from connectory.sites import LOOKED_FOR, PAGE, find

QUIET = {"CI": "false"}
"""Bundlers take every warning for an error where CI is set. A Deployment's build does not set it
(``hosting.sites``)."""


async def try_out(task: Task) -> tuple[Finding, ...]:
    """What the trial showed. Raises ``Rejected`` when a Deployment's build would fail too."""
    specification = await specify(task.publishing.repositories, task.plan.revision)
    given, made_up = placeholders.environment(specification, task.name)
    task.workspace.begin("build")
    try:
        await _build(task, {**given, **placeholders.SITE, **QUIET})
    except Rejected as refusal:
        named = sorted(key for key in made_up if _names(refusal.evidence, key, given[key]))
        if not named:
            raise
        what = f"The build of {task.name} failed with a made-up {', '.join(named)}."
        note = built.finding(built.UNCONFIGURED, task.name, what, evidence=refusal.evidence)
        return (note,)
    return ()


async def _build(task: Task, variables: dict[str, str]) -> None:
    found = scripts.site(task.subject.package)
    if found is not None:
        await run_build(task, *found, variables)
    tree, name = task.workspace.tree, task.name
    if await asyncio.to_thread(find, tree, name, page=True) is None:
        raise Rejected(
            f"The build of {name} left no {PAGE} in {LOOKED_FOR}.",
            fix="Let the build script write the site to one of these folders of the application "
            "(mc-scripts build writes public/index.html).",
        )


def _names(output: str, key: str, value: str) -> bool:
    """Whether the output of a failing build speaks of a value that we made up. One of a variable
    that is missing altogether is the connector's own."""
    return key in output or (value != placeholders.OTHERWISE and value in output)
