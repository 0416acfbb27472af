"""Going on where an interrupted step left off: never in files it may have half changed."""

from connectory.publishing.model import BUILT_PER_DEPLOYMENT
from connectory.publishing.steps import build, install
from connectory.publishing.task import Task

BEFORE = {"test": ("install",), "build": ("install", "test"), "package": ("build",)}
UNBUILT = {"test": ("install",), "package": ("install", "test"), "build": ("package",)}
"""Of types that are built for each Deployment: the tree is kept as it was installed."""


async def ready_for(task: Task, stage: str) -> None:
    """The workspace as the stages before left it; made anew when a crash came in between."""
    unbuilt = task.subject.application.type in BUILT_PER_DEPLOYMENT
    before = (UNBUILT if unbuilt else BEFORE)[stage]
    if any(task.workspace.is_after(one) for one in before):
        return
    await install.install(task)
    if stage == "package" and not unbuilt:
        await build.build(task)
