"""``connectory advisories``: the local copy of known vulnerabilities."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectory.cli.caches import cache_directory
from connectory.cli.screen import fail, person, settings_from, show_json

if TYPE_CHECKING:
    from connectory.advisories import Progress, Status

advisories = typer.Typer(
    name="advisories",
    help="The local copy of known vulnerabilities that dependencies are held to.",
    no_args_is_help=True,
)
Data = Annotated[
    str | None,
    typer.Option(help="A platform's data directory; without, the copy of `connectory validate`."),
]
Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Source = Annotated[
    str | None,
    typer.Option("--from", help="A URL laid out as OSV's, an archive, a folder or a file of OSV "
                 "records [default: the setting advisories_url]."),
]  # fmt: skip


@advisories.command("update")
def update(source: Source = None, data: Data = None, json: Json = False) -> None:
    """Bring the local copy up to date. What has not changed is not fetched again; the old copy
    stays whole until the new one is."""
    from rich.progress import Progress as Bar

    from connectory.advisories import UpdateFailed
    from connectory.advisories import update as bring

    folder, address = _folder(data)
    with Bar(console=person.console, transient=True) as bar:
        task = bar.add_task("advisories", total=None)

        def told(progress: "Progress") -> None:
            said = f"{progress.doing} {progress.what}"
            bar.update(task, description=said, completed=progress.done, total=progress.total)

        try:
            brought = asyncio.run(bring(folder, source or address, told))
        except UpdateFailed as problem:
            fail(f"The copy was not updated and is as it was: {problem}")
    _show(brought, json)


@advisories.command("status")
def show_status(data: Data = None, json: Json = False) -> None:
    """Say how many advisories there are, and how old they are."""
    from connectory.advisories import Advisories, AdvisoriesUnreadable

    try:
        _show(Advisories(_folder(data)[0]).status(), json)
    except AdvisoriesUnreadable as problem:
        fail(f"{problem} `connectory advisories update` replaces the copy.")


def _folder(data: str | None) -> tuple[Path, str]:
    """Where the copy lies and where it comes from, by the settings."""
    settings = settings_from(data=data)
    if data is None and not settings.advisories:
        return cache_directory() / "advisories", settings.advisories_url
    return settings.advisory_directory, settings.advisories_url


def _show(status: "Status", json: bool) -> None:
    document: dict[str, Any] = {
        "present": status.present,
        "records": status.records,
        "ecosystems": {name: copy.records for name, copy in status.ecosystems.items()},
        "newest": status.newest,
        "updatedAt": status.updated,
        "digest": status.digest,
    }
    if json:
        show_json(document)
    elif not status.present:
        person.print("There are no advisories: run `connectory advisories update`.")
    else:
        for name, copy in status.ecosystems.items():
            person.print(f"{copy.records:>8} advisories for {name}, updated {copy.updated}")
        person.print(f"The newest is of {status.newest}.")
