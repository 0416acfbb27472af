"""``connectory demo``: the main job on the bundled example, from ``git tag`` to an answered call."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import aiohttp
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from connectory.cli.screen import fail, person, settings_from, show_json
from connectory.client import Client, ClientError
from connectory.connectors.actions import AddPrivateProject, Publish, UpdatePreviewable
from connectory.connectors.model import (
    ConnectorStaged,
    ConnectorStagedDraft,
    ConnectorStatus,
    Creator,
    IsPreviewable,
    Report,
    Repository,
)
from connectory.deployments.model import (
    ApplicationValues,
    ConfigurationValue,
    ConnectorReference,
    Deployment,
    DeploymentDraft,
    DeploymentStatus,
)
from connectory.settings import Settings

T = TypeVar("T")

TAG = "1.0.0"
SECRET = "demo-signing-key"  # noqa: S105 - any value will do
PATIENCE = 25.0


class DemoFailedError(Exception):
    """A step of the demo did not do what it should."""


class StepTime(NamedTuple):
    name: str
    seconds: float


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the demo's directory and say where it is.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Show the main job on a bundled example: stage, preview, publish, deploy, call, undeploy.

    Runs a platform of its own in a temporary directory; exits 0 only if all of it happened.
    """
    from connectory.telemetry import configure_logging

    configure_logging("error")
    directory = Path(tempfile.mkdtemp(prefix="connectory-demo-"))
    # the sandbox's user has to reach what it works on
    directory.chmod(0o711)
    began = time.monotonic()
    try:
        steps = asyncio.run(_demo(directory))
    except (DemoFailedError, ClientError, OSError, subprocess.CalledProcessError) as problem:
        fail(f"The demo failed: {problem}")
    finally:
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)
    _conclude(steps, time.monotonic() - began, directory if keep else None, json)


async def _demo(directory: Path) -> list[StepTime]:
    from connectory.main import serving

    show = Steps()
    settings = _settings(directory)
    with show.bar:
        repository = show.done("git tag", lambda: _tagged_example(directory))
        async with AsyncExitStack() as stack:
            starting = stack.enter_async_context(serving(settings))
            running = await show.step("start the platform", starting)
            first = running.platform.first_start
            if first is None:
                raise DemoFailedError("the data directory was not empty")
            async with Client(settings.origin, first.credentials) as client:
                await _main_job(client, show, str(repository))
    return show.times


async def _main_job(client: Client, show: "Steps", repository: str) -> None:
    """The product in one page."""
    staged = await show.step("create the ConnectorStaged", client.create_draft(_draft(repository)))
    staged = await client.update_draft(
        staged, AddPrivateProject(private_project="europe-west1.gcp:demo")
    )
    staged = await client.update_draft(staged, UpdatePreviewable())
    staged = await show.step("request preview", _settled(client, staged))
    _expect(staged.is_previewable is IsPreviewable.TRUE, staged.previewable_report)
    staged = await client.update_draft(staged, Publish(certification=False))
    staged = await show.step("publish", _settled(client, staged))
    _expect(staged.status is ConnectorStatus.PUBLISHED, staged.publishing_report)
    connector = await client.connector(staged.id)
    deployment = await client.create_deployment(_deployment(connector.id))
    deployment = await show.step("deploy", _deployed(client, deployment.id))
    build = deployment.details.build
    _expect(deployment.status is DeploymentStatus.DEPLOYED, build.report if build else None)
    url = str(deployment.applications[0].url)
    body = await show.step(f"call {url}", _call(f"{url}?name=Ada"))
    if body.get("greeting") != "Hello, Ada!":
        raise DemoFailedError(f"the service answered {body}")
    await show.step("read its logs", _logged(client, deployment.id))
    await client.delete_deployment(deployment.id)
    await show.step("undeploy", _gone(client, deployment.id))


class Steps:
    """Each step with its time, live for a person."""

    def __init__(self) -> None:
        self.times: list[StepTime] = []
        self.bar = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=person,
        )

    async def step(self, name: str, work: Awaitable[T]) -> T:
        with self._shown(name):
            return await work

    def done(self, name: str, work: Callable[[], T]) -> T:
        with self._shown(name):
            return work()

    @contextmanager
    def _shown(self, name: str) -> Iterator[None]:
        task, began = self.bar.add_task(name, total=1), time.monotonic()
        yield
        self.bar.update(task, completed=1)
        self.times.append(StepTime(name, time.monotonic() - began))


def _settings(directory: Path) -> Settings:
    """A platform of the demo's own. Downloads are shared between demos: the second is warm."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return settings_from(
        data=str(directory / "data"),
        port=_free_port(),
        git_allow_local=True,
        toolchains=str(cache / "connectory" / "toolchains"),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tagged_example(directory: Path) -> Path:
    """The bundled connector as a Git repository with a tag."""
    target = directory / "greeting"
    shutil.copytree(_example(), target, ignore=shutil.ignore_patterns("node_modules", "dist"))
    who = ("-c", "user.name=Connectory", "-c", "user.email=demo@connectory.example")
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        (*who, "commit", "--quiet", "--message", "Greet people"),
        (*who, "tag", TAG),
    ):
        subprocess.run(["git", *arguments], cwd=target, check=True, capture_output=True)
    return target


def _example() -> Path:
    """In the package when it is installed, beside the sources in a clone."""
    packaged = Path(str(files("connectory"))) / "examples" / "greeting"
    return packaged if packaged.exists() else Path(__file__).parents[3] / "examples" / "greeting"


def _draft(repository: str) -> ConnectorStagedDraft:
    return ConnectorStagedDraft(
        key="greeting",
        name="Greeting",
        creator=Creator(email="demo@connectory.example"),
        repository=Repository(url=repository, tag=TAG),
    )


def _deployment(connector_id: str) -> DeploymentDraft:
    values = ApplicationValues(
        application_name="greeting",
        secured_configuration=(ConfigurationValue(key="SIGNING_KEY", value=SECRET),),
    )
    return DeploymentDraft(
        key="greeting",
        connector=ConnectorReference(id=connector_id),
        region="europe-west1.gcp",
        configurations=(values,),
    )


async def _settled(client: Client, staged: ConnectorStaged) -> ConnectorStaged:
    while (
        staged.status is ConnectorStatus.PROCESSING
        or staged.is_previewable is IsPreviewable.PENDING
    ):
        staged = await client.draft(staged.id, wait=PATIENCE)
    return staged


async def _deployed(client: Client, id: str) -> Deployment:  # noqa: A002
    deployment = await client.deployment(id, wait=PATIENCE)
    while deployment.status is DeploymentStatus.DEPLOYING:
        deployment = await client.deployment(id, wait=PATIENCE)
    return deployment


async def _gone(client: Client, id: str) -> None:  # noqa: A002
    try:
        while True:
            await client.deployment(id, wait=PATIENCE)
    except ClientError as answer:
        if answer.status != 404:
            raise


async def _call(url: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        body: dict[str, Any] = await response.json()
        return body


async def _logged(client: Client, id: str) -> None:  # noqa: A002
    """Logs are written in batches: they may be a moment behind."""
    for _ in range(50):
        if (await client.logs(id))["data"]:
            return
        await asyncio.sleep(0.1)
    raise DemoFailedError("the service's logs did not appear")


def _expect(happened: bool, report: Report | None) -> None:
    if not happened:
        entries = report.entries if report else ()
        raise DemoFailedError(
            "\n".join(f"{entry.title}: {entry.message or ''}" for entry in entries)
        )


def _conclude(steps: list[StepTime], total: float, kept: Path | None, json: bool) -> None:
    if json:
        show_json({"steps": [step._asdict() for step in steps], "seconds": total})
        return
    for step in steps:
        sys.stdout.write(f"{step.seconds:8.2f} s  {step.name}\n")
    sys.stdout.write(f"{total:8.2f} s  in all\n")
    if kept:
        sys.stdout.write(f"Kept in {kept}\n")
