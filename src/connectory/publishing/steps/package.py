"""Turn a built workspace into an immutable, reproducible artifact."""

import asyncio
from pathlib import Path

from connectory.artifacts import ArtifactRefused, ImageConfig
from connectory.durable import Rejected
from connectory.publishing.content import Subject
from connectory.publishing.model import SERVED, Product, Suite
from connectory.publishing.store import save_product
from connectory.publishing.task import Task
from connectory.publishing.tools import scripts
from connectory.publishing.workspace import remove
from connectory.specification import ApplicationType

PREFIX = "workspace"
PORT = 8080
LEFTOVERS = ("node_modules/.cache", "node_modules/.vite", "node_modules/.vite-temp",
             "node_modules/.modules.yaml")  # fmt: skip
"""What tools leave for their next run: it differs each time, and nothing reads it at run time."""


async def package(task: Task, tests: Suite, key: str) -> Product:
    """The artifact, remembered for the next run over the same content. Raises ``Rejected``."""
    workspace, subject = task.workspace, task.subject
    workspace.begin("package")
    command = start_command(subject)
    await asyncio.to_thread(_tidy, workspace.tree, task.name)
    try:
        artifact = await task.publishing.artifacts.pack(
            workspace.tree,
            prefix=PREFIX,
            config=_image(task, command),
            annotations={"org.opencontainers.image.title": task.name},
        )
    except ArtifactRefused as refused:
        raise Rejected(f"The build of {task.name} cannot be packaged: {refused}") from None
    await task.publishing.artifacts.adopt(artifact.digest, workspace.tree)
    product = Product(
        artifact.digest, command, task.tools.node.version, tests, lockfile=subject.lockfile
    )
    await task.publishing.database.write(lambda c: save_product(c, key, product))
    return product


def start_command(subject: Subject) -> tuple[str, ...]:
    """Raises ``Rejected`` when nothing says how to start a type that must be started."""
    if subject.application.type not in SERVED:
        return ()
    text = scripts.start(subject.package, subject.procfile, server=subject.server)
    if text is None:
        name = subject.application.name
        raise Rejected(
            f"Nothing says how to start the application {name}.",
            fix=f'Add a "start" script to {name}/package.json.',
        )
    return scripts.started(subject.package, text)


def _image(task: Task, command: tuple[str, ...]) -> ImageConfig:
    serves = task.subject.application.type is not ApplicationType.ASSETS
    return ImageConfig(
        command=command,
        working_directory=f"/{PREFIX}/{task.name}",
        environment={"NODE_ENV": "production"},
        port=PORT if serves else None,
    )


def _tidy(tree: Path, application: str) -> None:
    for name in LEFTOVERS:
        place = tree / application / name
        if place.is_symlink() or place.is_file():
            place.unlink()
        else:
            remove(place)
