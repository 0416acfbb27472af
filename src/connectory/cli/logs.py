"""``connectory logs``: what a Deployment's applications say, here or on a platform far away."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from connectory.cli.screen import fail, settings_from
from connectory.wire import encode, now, timestamp

if TYPE_CHECKING:
    from connectory.cli.log_places import Place
    from connectory.hosting.lines import Severity
    from connectory.hosting.log_text import Entry
    from connectory.hosting.log_wanted import Wanted

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LAST = 100


def logs(
    deployment: Annotated[str, typer.Argument(help="The Deployment's key or id.")],
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what comes, until you stop it.")
    ] = False,
    application: Annotated[str, typer.Option(help="Only of this application.")] = "",
    severity: Annotated[
        str, typer.Option(help="This severe at least: debug, info, notice, warning, error ...")
    ] = "",
    text: Annotated[str, typer.Option(help="Only with this in it, in capitals or not.")] = "",
    since: Annotated[
        str, typer.Option(help="From then on: 90s, 15m, 2h, 3d, or a date in ISO 8601.")
    ] = "",
    last: Annotated[
        int, typer.Option(min=1, max=500, help="Without --since: so many of the newest.")
    ] = LAST,
    project: Annotated[
        str | None, typer.Option(help="Its Project, where several have one with this key.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="The platform's data directory, running or stopped.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="A remote platform instead; the password is asked for.")
    ] = None,
    user: Annotated[str, typer.Option(help="Who you are on the remote platform.")] = "admin",
    json: Annotated[bool, typer.Option("--json", help="One JSON document a line.")] = False,
) -> None:
    """Show what the applications of a Deployment say, and follow it."""
    from connectory.client import ClientError
    from connectory.errors import ConnectError
    from connectory.hosting.log_wanted import Wanted, window

    try:
        start, _ = window(moment(since), None)
        wanted = Wanted(application or None, _severity(severity), text=text, start=start)
        with _place(deployment, project, data, url, user) as place:
            asyncio.run(_print(_entries(place, wanted, last, follow=follow), json=json))
    except ClientError as problem:
        fail(str(problem))
    except ConnectError as problem:
        fail(problem.message)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # whoever read it has seen enough; nothing more may be written while Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def moment(since: str) -> str:
    """The date that ``since`` means: a length of time back from now, or itself."""
    length = re.fullmatch(r"(\d{1,6})([smhd])", since.strip())
    if length is None:
        return since
    return timestamp(now() - timedelta(**{UNITS[length[2]]: int(length[1])}))


def _severity(text: str) -> "Severity | None":
    from connectory.hosting.lines import Severity

    if text and text.upper() not in set(Severity):
        fail(f"--severity takes one of {', '.join(one.lower() for one in Severity)}.", 2)
    return Severity(text.upper()) if text else None


@contextmanager
def _place(
    named: str, project: str | None, data: str | None, url: str | None, user: str
) -> Iterator["Place"]:
    """Raises ``ClientError``."""
    from connectory.cli.log_places import Far, here
    from connectory.database import open_database

    if url:
        secret = os.environ.get("CONNECTORY_PASSWORD") or typer.prompt("Password", hide_input=True)
        yield Far(url, named, project, user, secret)
        return
    settings = settings_from(data=data)
    if not (settings.database_url or (settings.directory / "connectory.db").exists()):
        fail(f"There is no platform in {settings.directory}: give --data, or --url.")
    with closing(open_database(settings.database_url, settings.directory)) as database:
        yield here(database, named, project)


async def _entries(
    place: "Place", wanted: "Wanted", last: int, *, follow: bool
) -> AsyncIterator["Entry"]:
    page = await (place.onward(wanted, "") if wanted.start else place.newest(wanted, last))
    for one in page.entries:
        yield one
    while wanted.start and page.next:
        page = await place.onward(wanted, page.next)
        for one in page.entries:
            yield one
    if follow:
        async for one in place.following(wanted, page.end):
            yield one


async def _print(entries: AsyncIterator["Entry"], *, json: bool) -> None:
    from connectory.hosting.log_text import plain

    async for one in entries:
        sys.stdout.write(f"{encode(one).decode()}\n" if json else plain(one))
        sys.stdout.flush()
