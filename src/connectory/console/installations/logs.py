"""``…/logs``: what the applications said and who called them, with filters, and as a text."""

from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from connectory.console.calls import CallRefused, located
from connectory.console.installations.installation import SEE, Found, installation_of
from connectory.console.installations.lines import SEVERITIES, TYPES, Wanted, line
from connectory.console.installations.reading import Log, Page
from connectory.hosting.log_text import plain

DATES: Final = "The first date must be before the last one, and at most 30 days ago."
DOWNLOADED: Final = 200_000
"""Entries of one text."""


async def show(request: Request) -> Response:
    here, given = await installation_of(request, *SEE), request.query_params
    log, wanted = Log(here.calls, here.installation), Wanted.of(given)
    later, earlier = given.get("pageToken", ""), given.get("before", "")
    # a search with a beginning goes on from there; else it is about the newest
    onward = bool(later or (wanted.start and not earlier))
    try:
        read = await (log.onward(wanted, later) if onward else log.newest(wanted, earlier))
    except CallRefused as refused:
        return _page(here, wanted, Page(()), problem=_why(refused))
    # what has an end, or a beginning of its own, is read to the end, not followed
    follows = not (later or earlier or wanted.start or wanted.end)
    paused = "pause" in given
    return _page(here, wanted, read, onward=onward, follows=follows, paused=paused)


async def download(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    wanted = Wanted.of(request.query_params)
    pages = Log(here.calls, here.installation).pages(wanted)
    first = await anext(pages)  # dates are refused before a download begins
    name = f"{here.installation.project.key}-{here.installation.document['id']}.log.txt"
    return StreamingResponse(
        _text(first, pages),
        headers={"content-disposition": f'attachment; filename="{name}"'},
        media_type="text/plain",
    )


async def _text(first: Page, rest: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    page, written = first, 0
    while True:
        yield "".join(map(plain, page.entries)).encode()
        written += len(page.entries)
        if not page.next:
            return
        if written >= DOWNLOADED:
            yield f"# Cut after {written} entries: choose a later first date.\n".encode()
            return
        page = await anext(rest)


def _why(refused: CallRefused) -> str:
    answer = refused.answer
    return DATES if "DeploymentLogInvalidDate" in answer.codes else answer.message


def _page(
    here: Found,
    wanted: Wanted,
    read: Page,
    *,
    onward: bool = True,
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
        events=located(f"{address}/events", wanted.query | {"after": read.end}),
        onward=onward,
        more=located(address, wanted.query | {"pageToken" if onward else "before": read.next})
        if read.next
        else "",
        whole=located(f"{address}.txt", wanted.query),
        severities=[(one, f"{one} or worse") for one in SEVERITIES[1:]],
        types=TYPES,
        applications=[one["applicationName"] for one in here.installation.document["applications"]],
    )
