"""``…/logs``: what the applications said and who called them, with filters, and as a text."""

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from connectory.console.calls import CallRefused, located
from connectory.console.installations.following import begin_after
from connectory.console.installations.installation import SEE, Found, installation_of
from connectory.console.installations.lines import SEVERITIES, TYPES, Wanted, line, plain
from connectory.console.installations.reading import REACH, Log, Page, Read
from connectory.deployments.errors import DeploymentLogInvalidDateError
from connectory.wire import now

DATES: Final = "The first date must be before the last one, and at most 30 days ago."
DOWNLOADED: Final = 200_000
"""Entries looked at for one text."""


async def show(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    wanted, token = Wanted.of(request.query_params), request.query_params.get("pageToken", "")
    try:
        read = await _read(Log(here.calls, here.installation), wanted, token)
    except (CallRefused, DeploymentLogInvalidDateError) as refused:
        return _page(here, wanted, Read(()), problem=_why(refused))
    # what has an end, or a beginning of its own, is read to the end, not followed
    follows = not (token or wanted.start or wanted.end)
    return _page(here, wanted, read, follows=follows, paused="pause" in request.query_params)


async def download(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    wanted = Wanted.of(request.query_params)
    pages = Log(here.calls, here.installation).pages(wanted)
    first = await anext(pages)  # dates are refused before a download begins
    name = f"{here.installation.project.key}-{here.installation.document['id']}.log.txt"
    return StreamingResponse(
        _text(wanted, first, pages),
        headers={"content-disposition": f'attachment; filename="{name}"'},
        media_type="text/plain",
    )


async def _text(wanted: Wanted, first: Page, rest: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    page, looked_at = first, 0
    while True:
        yield "".join(plain(one) for one in page.entries if wanted.takes(one)).encode()
        looked_at += len(page.entries)
        if not page.next:
            return
        if looked_at >= DOWNLOADED:
            yield f"# Cut after {looked_at} entries: choose a later first date.\n".encode()
            return
        page = await anext(rest)


async def _read(log: Log, wanted: Wanted, token: str) -> Read:
    """A search with a beginning goes on from there; else it is about the newest."""
    if wanted.start or token:
        return await log.onward(wanted, token)
    return await log.newest(wanted, now())


def _why(refused: CallRefused | DeploymentLogInvalidDateError) -> str:
    if isinstance(refused, DeploymentLogInvalidDateError):
        return DATES
    answer = refused.answer
    return DATES if "DeploymentLogInvalidDate" in answer.codes else answer.message


def _page(
    here: Found,
    wanted: Wanted,
    read: Read,
    *,
    follows: bool = False,
    paused: bool = False,
    problem: str = "",
) -> Response:
    address = f"{here.installation.address}/logs"
    return here.visit.page(
        "installations/logs.html",
        400 if problem else 200,
        installation=here.installation,
        wanted=wanted,
        lines=[line(one) for one in read.entries],
        problem=problem,
        follows=follows,
        paused=paused,
        address=address,
        events=located(f"{address}/events", wanted.query | begin_after(read.entries)),
        more=bool(read.next),
        following=located(address, wanted.query | {"pageToken": read.next}),
        searched=read.looked_at if read.looked_at >= REACH else 0,
        whole=located(f"{address}.txt", wanted.query),
        severities=[(one, f"{one} or worse") for one in SEVERITIES[1:]],
        types=TYPES,
        applications=[one["applicationName"] for one in here.installation.document["applications"]],
    )
