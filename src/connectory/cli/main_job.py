"""The main job on the bundled example, from a Git tag to an answered call."""

import asyncio
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import aiohttp
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from connectory.cli.caches import cache_directory
from connectory.cli.example import TAG, tag_example
from connectory.cli.screen import fail, person, settings_from, show_json
from connectory.client import Client, ClientError
from connectory.connectors.actions import AddPrivateProject, Publish, UpdatePreviewable
from connectory.connectors.model import (
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
    DeploymentDraft,
    DeploymentStatus,
)
from connectory.settings import Settings

T = TypeVar("T")

SECRET = "demo-signing-key"  # noqa: S105 - any value will do


class DemoFailedError(Exception):
    """A step of the demo did not do what it should."""


class StepTime(NamedTuple):
    name: str
    seconds: float


def run(keep: bool, json: bool) -> None:
    """Do the whole job; exits with 1 and the reason when a step did not do what it should."""
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
        repository = show.done("git tag", lambda: tag_example(directory / "greeting"))
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
    staged = await show.step("request preview", client.settled_draft(staged.id))
    _expect(staged.is_previewable is IsPreviewable.TRUE, staged.previewable_report)
    staged = await client.update_draft(staged, Publish(certification=False))
    staged = await show.step("publish", client.settled_draft(staged.id))
    _expect(staged.status is ConnectorStatus.PUBLISHED, staged.publishing_report)
    connector = await client.connector(staged.id)
    deployment = await client.create_deployment(_deployment(connector.id))
    deployment = await show.step("deploy", client.settled_deployment(deployment.id))
    build = deployment.details.build
    _expect(deployment.status is DeploymentStatus.DEPLOYED, build.report if build else None)
    url = str(deployment.applications[0].url)
    body = await show.step(f"call {url}", _call(f"{url}?name=Ada"))
    if body.get("greeting") != "Hello, Ada!":
        raise DemoFailedError(f"the service answered {body}")
    await show.step("read its logs", _logged(client, deployment.id))
    await client.delete_deployment(deployment.id)
    await show.step("undeploy", client.until_gone(deployment.id))


class Seconds(ProgressColumn):
    """Time taken, to the tenth: most steps are over before the first second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_time or task.elapsed or 0:6.1f} s")


class Steps:
    """Each step with its time, live for a person."""

    def __init__(self) -> None:
        self.times: list[StepTime] = []
        self.bar = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            Seconds(),
            console=person.console,
            # the table on standard output stays
            transient=True,
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
    return settings_from(
        data=str(directory / "data"),
        # whatever the machine's own platform uses is left alone
        database_url="",
        domain="",
        public_url="",
        host="127.0.0.1",
        port=_free_port(),
        git_allow_local=True,
        toolchains=str(cache_directory() / "toolchains"),
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
