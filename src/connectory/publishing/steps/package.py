"""Turn a built workspace into an immutable, reproducible artifact."""

import asyncio
from pathlib import Path

from connectory.artifacts import ArtifactRefused, ImageConfig
from connectory.durable import Rejected
from connectory.findings import Finding
from connectory.findings.order import ordered
from connectory.publishing.checks import licences
from connectory.publishing.checks.dependencies.shipping import shipped
from connectory.publishing.checks.licences import LicencePolicy
from connectory.publishing.content import Subject
from connectory.publishing.model import SERVED, Product, Suite
from connectory.publishing.steps.attest import attest_packed
from connectory.publishing.steps.sizes import measure
from connectory.publishing.task import Task
from connectory.publishing.tools import scripts
from connectory.publishing.workspace import remove
from connectory.settings import Settings
from connectory.specification import ApplicationType

PREFIX = "workspace"
PORT = 8080
LEFTOVERS = ("node_modules/.cache", "node_modules/.vite", "node_modules/.vite-temp",
             "node_modules/.modules.yaml")  # fmt: skip
"""What tools leave for their next run: it differs each time, and nothing reads it at run time."""


async def package(task: Task, tests: Suite) -> Product:
    """The artifact, and what was found out so far. Raises ``Rejected``."""
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
    seen = await asyncio.to_thread(_looked_at, task)
    await attest_packed(task, artifact.digest)
    await task.publishing.artifacts.adopt(artifact.digest, workspace.tree)
    return Product(
        artifact.digest, command, task.tools.node.version, tests, lockfile=subject.lockfile,
        findings=ordered((*tests.findings, *seen)),
    )  # fmt: skip


def _looked_at(task: Task) -> tuple[Finding, ...]:
    """What its files show: how large it is, and the licences of what ships. What no lockfile tells
    apart ships."""
    tree, name = task.workspace.tree, task.name
    known = shipped(task.folder.source, name)
    installed = licences.installed(tree / name / "node_modules") if known is None else ()
    ships = known if known is not None else {(one.name, one.version) for one in installed}
    policy = licence_policy(task.publishing.settings)
    return (*measure(tree, name), *licences.licences(tree, name, ships, policy))


def licence_policy(settings: Settings) -> LicencePolicy:
    """The operator's, or the usual one."""
    denied = settings.licences_denied
    return LicencePolicy(denied=denied) if denied else LicencePolicy()


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
