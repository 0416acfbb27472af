"""Pages that change while one looks: a fragment is sent again whenever it reads differently."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starsessions.session import get_session_id

from connectory.auth.sessions import session_data
from connectory.auth.users import Person
from connectory.console.visit import context_of, signed_in

LONGEST = 900.0
"""Seconds after which a stream ends; the browser opens it anew."""
SILENCE = 15.0
"""Seconds after which a stream shows that it is alive."""
SHORTEST = 0.2
"""Seconds between two fragments, however much changes."""


@dataclass(frozen=True)
class Fragment:
    """HTML for the page. ``over``: nothing will change any more."""

    html: str
    over: bool = False


def live(request: Request, render: Callable[[], Awaitable[Fragment]]) -> StreamingResponse:
    """A stream of server-sent events: ``update`` with HTML for htmx to put in, ``over`` at the end
    (the element names it in ``sse-close``). ``render`` makes calls as the person of the page."""
    return StreamingResponse(
        _events(request, render),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def _events(
    request: Request, render: Callable[[], Awaitable[Fragment]]
) -> AsyncIterator[bytes]:
    changes, until, last = context_of(request).database.changes, time.monotonic() + LONGEST, None
    begun = await _who(request)
    while time.monotonic() < until and not changes.ended and not await request.is_disconnected():
        seen = changes.count
        if await _who(request) != begun:
            yield event("over", "")
            return
        found = await render()
        if found.html != last:
            last = found.html
            yield event("update", last)
        if found.over:
            yield event("over", "")
            return
        if await changes.wait(seen, SILENCE) == seen:
            yield b": still here\n\n"
        await asyncio.sleep(SHORTEST)


async def _who(request: Request) -> Person | None:
    """Who looks, as they are now: nobody once they have signed out, or were removed."""
    session_id = get_session_id(request) or ""
    data = await context_of(request).database.read(lambda c: session_data(c, session_id))
    return await signed_in(request) if data else None


def event(name: str, text: str) -> bytes:
    """One server-sent event."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()
