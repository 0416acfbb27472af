"""``connectory validate``: the platform's verdict on a folder, before it is committed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import replace

from connectory.cli.caches import cache_directory
from connectory.cli.screen import fail, person, settings_from, show_text
from connectory.settings import Settings

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from connectory.durable import Run
    from connectory.findings.report import FullReport
    from connectory.publishing import Publishing

FAILED, PLATFORM_FAILED = 1, 3


class For(StrEnum):
    """What the connector is validated for."""

    PREVIEW = "preview"
    PUBLISH = "publish"
    CERTIFICATION = "certification"


Folder = Annotated[Path, typer.Argument(help="The root of the connector's repository.")]
Wanted = Annotated[For, typer.Option("--for", help="What the connector is to pass.")]
Json = Annotated[bool, typer.Option("--json", help="Print the full report as JSON.")]
Sarif = Annotated[bool, typer.Option("--sarif", help="Print the findings as SARIF 2.1.")]
Fix = Annotated[
    bool, typer.Option("--fix", help="Mend what a machine can mend, and prove it by a second run.")
]


def validate(
    folder: Folder = Path(),
    wanted: Wanted = For.PUBLISH,
    json: Json = False,
    sarif: Sarif = False,
    fix: Fix = False,
) -> None:
    """Validate a folder exactly as the platform would: no server, account or Docker is needed.

    Takes what Git would commit. Ends with 0 when it passes, 1 when it does not, 2 when it was not
    called right, 3 when the fault is ours.
    """
    from connectory.findings.report import Verdict
    from connectory.telemetry import configure_logging

    if json and sarif:
        fail("Choose one of --json and --sarif.", 2)
    configure_logging("error")
    settings = _settings()
    report = asyncio.run(_validated(settings, folder, wanted, fix))
    _conclude(report, json=json, sarif=sarif)
    if report.verdict is Verdict.REFUSED:
        raise SystemExit(FAILED)


async def _validated(settings: Settings, folder: Path, wanted: For, fix: bool) -> "FullReport":
    from connectory.cli.mending import mend
    from connectory.repositories.snapshot import NotSnapshotable
    from connectory.workshop import AlreadyRunningError, validating

    try:
        async with validating(settings) as publishing:
            for warning in publishing.sandbox.warnings:
                person.print(f"[bold yellow]Warning:[/] {warning}", soft_wrap=True)
            report = await validated(publishing, folder, wanted)
            return await mend(publishing, folder, wanted, report) if fix else report
    except NotSnapshotable as problem:
        fail(f"{folder} cannot be validated: {problem}", 2)
    except AlreadyRunningError:
        fail("Another validation is running on this machine. Try again when it is done.", 2)


async def validated(publishing: "Publishing", folder: Path, wanted: For) -> "FullReport":
    """The report on what the folder holds now. Raises ``NotSnapshotable``."""
    from connectory.durable import RunState
    from connectory.findings.policy import Stage
    from connectory.publishing import local, reports
    from connectory.repositories.snapshot import snapshot

    snapshots = publishing.settings.directory / "snapshots"
    repository = await asyncio.to_thread(snapshot, folder, snapshots)
    run = await local.request(publishing, repository, Stage(wanted.value))
    try:
        async with _watched(publishing, run):
            ended = await local.validate(publishing, run)
    except Exception as problem:  # whatever the connector does is a finding
        said = f"{type(problem).__name__}: {problem}"
        fail(f"Connectory failed, not your connector: {said}", PLATFORM_FAILED)
    report = await publishing.database.read(lambda c: reports.report_of(c, run.id))
    await publishing.database.write(lambda c: local.forget(c, run))
    if report is None:
        state = "was withdrawn" if ended.state is RunState.CANCELLED else "left no report"
        fail(f"The validation {state}. Nothing of your connector is at fault.", PLATFORM_FAILED)
    # where the snapshot lies means nothing to anybody
    return replace(report, connector=replace(report.connector, repository=str(folder), tag=""))


@contextlib.asynccontextmanager
async def _watched(publishing: "Publishing", run: "Run") -> AsyncIterator[None]:
    """Each step as it begins and ends, for a person."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(finished_text="[green]✓[/]"), TextColumn("{task.description}"),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=person.console, transient=True) as bar:
        watching = asyncio.create_task(_watch(publishing, run, bar))
        try:
            yield
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching


async def _watch(publishing: "Publishing", run: "Run", bar: "Progress") -> None:
    from connectory.durable.runs import steps_of

    database = publishing.database
    shown: dict[str, TaskID] = {}
    seen = -1
    while True:
        for step in await database.read(lambda c: steps_of(c, run.id)):
            if step.name not in shown:
                shown[step.name] = bar.add_task(step.name, total=1)
            bar.update(shown[step.name], completed=int(step.outcome is not None))
        seen = await database.changes.wait(seen, 1)


def _conclude(report: "FullReport", *, json: bool, sarif: bool) -> None:
    from connectory.findings.report import to_json
    from connectory.findings.sarif import to_sarif

    if json:
        show_text(to_json(report).decode())
    elif sarif:
        show_text(to_sarif(report).decode())
    else:
        from rich.console import Console

        from connectory.findings.text import show

        show(report, Console(highlight=False))
        if report.findings:
            person.print(f"`connectory explain {report.findings[0].rule}` tells more.")


def _settings() -> Settings:
    """A directory of the command's own, whatever platform runs on this machine. What is downloaded
    and built is kept for the next time."""
    cache = cache_directory()
    given: dict[str, Any] = {
        "data": str(cache / "validate"),
        "database_url": "",
        "git_allow_local": True,
        "git_mirrors": {},
    }
    settings = settings_from(**given)
    kept = {"toolchains": settings.toolchains or str(cache / "toolchains"),
            "advisories": settings.advisories or str(cache / "advisories")}  # fmt: skip
    return settings_from(**given, **kept)
