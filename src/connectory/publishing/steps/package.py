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
from connectory.publishing.model import BUILT_PER_DEPLOYMENT, Product, Suite
from connectory.publishing.steps.attest import attest_packed
from connectory.publishing.steps.sizes import measure
from connectory.publishing.task import Task
from connectory.publishing.tools import scripts
from connectory.sandbox.trees import copy, remove
from connectory.settings import Settings
from connectory.sites import LOOKED_FOR, find
from connectory.specification import SERVED, ApplicationType

PREFIX = "workspace"
PORT = 8080
LEFTOVERS = ("node_modules/.cache", "node_modules/.vite", "node_modules/.vite-temp",
             "node_modules/.modules.yaml")  # fmt: skip
"""What tools leave for their next run: it differs each time, and nothing reads it at run time."""


async def package(task: Task, tests: Suite) -> Product:
    """The artifact, and what was found out so far. Raises ``Rejected``."""
    workspace, subject = task.workspace, task.subject
    workspace.begin("package")
    command = command_of(subject)
    await asyncio.to_thread(_check_output, task)
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
    await _hand_over(task, artifact.digest)
    return Product(
        artifact.digest, command, task.tools.node.version, tests, lockfile=subject.lockfile,
        findings=ordered((*tests.findings, *seen)),
    )  # fmt: skip


def _check_output(task: Task) -> None:
    """Assets are what their build has written. Raises ``Rejected`` when that is nothing."""
    tree, name = task.workspace.tree, task.name
    if (
        task.subject.application.type is ApplicationType.ASSETS
        and find(tree, name, page=False) is None
    ):
        raise Rejected(
            f"The build of {name} left nothing to serve: there are no files in {LOOKED_FOR}.",
            fix="Let the build script write the files to one of these folders of the application, "
            'or name their folder in the start script: "serve FOLDER".',
        )


async def _hand_over(task: Task, artifact: str) -> None:
    """The tree becomes that of the artifact. What is built for each Deployment is tried out in a
    copy of it."""
    workspace = task.workspace
    kept = workspace.folder / "kept"
    tried = task.subject.application.type in BUILT_PER_DEPLOYMENT
    if tried:
        await asyncio.to_thread(copy, workspace.tree, kept)
    await task.publishing.artifacts.adopt(artifact, workspace.tree)
    if tried:
        await asyncio.to_thread(remove, workspace.tree)
        kept.rename(workspace.tree)
        workspace.end("package")


def _looked_at(task: Task) -> tuple[Finding, ...]:
    """What its files show: how large it is, and the licences of what ships. What no lockfile tells
    apart ships. Of what is built for each Deployment neither: it is bundled first."""
    if task.subject.application.type in BUILT_PER_DEPLOYMENT:
        return ()
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


def command_of(subject: Subject) -> tuple[str, ...]:
    """What starts the application, or builds it for a Deployment. Raises ``Rejected`` when nothing
    says how."""
    if subject.application.type in BUILT_PER_DEPLOYMENT:
        return _site_command(subject)
    return _start_command(subject) if subject.application.type in SERVED else ()


def _site_command(subject: Subject) -> tuple[str, ...]:
    found = scripts.site(subject.package)
    if found is None:
        name = subject.application.name
        raise Rejected(
            f"Nothing says how to build the application {name}.",
            fix=f'Add a "build" script to {name}/package.json.',
        )
    return scripts.built(subject.package, *found)


def _start_command(subject: Subject) -> tuple[str, ...]:
    text = scripts.start(subject.package, subject.procfile, server=subject.server)
    if text is None:
        name = subject.application.name
        raise Rejected(
            f"Nothing says how to start the application {name}.",
            fix=f'Add a "start" script to {name}/package.json.',
        )
    return scripts.started(subject.package, text)


def _image(task: Task, command: tuple[str, ...]) -> ImageConfig:
    serves = task.subject.application.type in SERVED
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
