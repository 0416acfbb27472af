"""Going on where an interrupted step left off: never in files it may have half changed."""

from connectory.publishing.steps import build, install
from connectory.publishing.task import Task


async def ready_for(task: Task, stage: str) -> None:
    """The workspace as the stages before left it; made anew when a crash came in between."""
    before = {"test": ("install",), "build": ("install", "test"), "package": ("build",)}[stage]
    if any(task.workspace.is_after(one) for one in before):
        return
    await install.install(task)
    if stage == "package":
        await build.build(task)
