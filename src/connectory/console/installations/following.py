"""``…/logs/events``: entries as they come, for whoever follows a log."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import StreamingResponse

from connectory.console.calls import CallRefused
from connectory.console.installations.installation import SEE, Found, installation_of
from connectory.console.installations.lines import Entry, Wanted, line
from connectory.console.installations.reading import Log
from connectory.console.live import LONGEST, SILENCE, event
from connectory.console.rendering import fragment
from connectory.console.visit import context_of
from connectory.deployments.errors import DeploymentLogInvalidDateError
from connectory.hosting.logs import parse_date
from connectory.wire import encode, now, timestamp

OVERLAP: Final = timedelta(seconds=5)
"""How much later than a younger one an entry may be written."""
PAUSE: Final = 0.5
"""Seconds between two looks, however much is written."""


class Seen:
    """What was sent already, of the last moments: the API has no place behind the last entry.

    ``marks``: what the page shows of them. An entry may be written after a younger one, and after
    the page was made: without marks, all up to ``after`` counts as sent.
    """

    def __init__(self, after: str, marks: Iterable[str] | None = None) -> None:
        self._newest = after
        self._sent = None if marks is None else Counter(marks)

    @property
    def since(self) -> str:
        """Where to read from."""
        moment = parse_date(self._newest) or now()
        return timestamp(moment - OVERLAP)

    def fresh(self, entries: Iterable[Entry]) -> list[Entry]:
        """Those not sent yet, which are sent now."""
        read = [(mark(one), one) for one in entries]
        if self._sent is None:
            self._sent = Counter(text for text, one in read if one["timestamp"] <= self._newest)
        left, found = self._sent.copy(), list[Entry]()
        for text, one in read:
            if left[text]:
                left[text] -= 1
            else:
                found.append(one)
        self._sent = Counter(text for text, _ in read)
        self._newest = max([self._newest, *(one["timestamp"] for _, one in read)])
        return found


def mark(entry: Entry) -> str:
    """A few letters that tell it from its neighbours."""
    return hashlib.sha256(encode(entry)).hexdigest()[:8]


def begin_after(entries: Sequence[Entry]) -> dict[str, str]:
    """What a stream is to know of a page with ``entries``: it goes on where that ends."""
    after = entries[-1]["timestamp"] if entries else timestamp(now())
    since = Seen(after).since
    return {
        "after": after,
        "shown": ".".join(mark(one) for one in entries if one["timestamp"] >= since),
    }


async def events(request: Request) -> StreamingResponse:
    here = await installation_of(request, *SEE)
    seen = _seen(request)
    return StreamingResponse(
        _entries(request, here, Wanted.of(request.query_params), seen),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def _entries(
    request: Request, here: Found, wanted: Wanted, seen: Seen
) -> AsyncIterator[bytes]:
    """Until the installation is gone. The browser opens a stream that ended anew, after the entry
    it had last."""
    log, changes = Log(here.calls, here.installation), context_of(request).database.changes
    until = time.monotonic() + LONGEST
    while time.monotonic() < until and not changes.ended and not await request.is_disconnected():
        count = changes.count
        try:
            fresh = seen.fresh(await log.since(wanted, seen.since))
        except CallRefused:
            yield event("over", "")
            return
        if fresh:
            yield f"id: {fresh[-1]['timestamp']}\n".encode() + event("entries", _html(fresh))
        if await changes.wait(count, SILENCE) == count:
            yield b": still here\n\n"
        await asyncio.sleep(PAUSE)


def _html(entries: Iterable[Entry]) -> str:
    return fragment("installations/logs.html#entries", lines=[line(one) for one in entries])


def _seen(request: Request) -> Seen:
    """As the page left it; a browser that comes again says what it had last."""
    query, last = request.query_params, request.headers.get("last-event-id")
    if last:
        return Seen(_moment(last))
    return Seen(_moment(query.get("after", "")), query.get("shown", "").split("."))


def _moment(text: str) -> str:
    """A moment as the log writes it; now for anything else."""
    try:
        found = parse_date(text)
    except DeploymentLogInvalidDateError:
        found = None
    return timestamp(found or now())
