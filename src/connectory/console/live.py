"""Pages that change while one looks: a fragment is sent again whenever it reads differently."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starsessions.session import get_session_id

from connectory.api.streaming import SILENCE, Look, Sent, event, streamed
from connectory.auth.sessions import session_data
from connectory.auth.users import Person
from connectory.console.calls import CallRefused
from connectory.console.rendering import mark
from connectory.console.visit import context_of, signed_in


@dataclass(frozen=True)
class Fragment:
    """HTML for the page. ``over``: nothing will change any more. ``whole`` is what tells whether
    anything has, where ``html`` is less than that, or more. ``again``: seconds until it is rendered
    again where no change is announced."""

    html: str
    over: bool = False
    whole: str | None = None
    again: float = SILENCE

    @property
    def mark(self) -> str:
        return mark(self.html if self.whole is None else self.whole)


def live(request: Request, render: Callable[[], Awaitable[Fragment]]) -> Response:
    """A stream of server-sent events: ``update`` with HTML for htmx to put in, ``over`` at the end
    (the element names it in ``sse-close``). ``render`` makes calls as the person of the page.

    The page says with ``watching`` what it shows already: that is not sent again, and what has the
    keyboard's focus keeps it.
    """
    last = request.headers.get("last-event-id") or request.query_params.get("shown", "")

    async def look() -> Sent:
        nonlocal last
        found = await render()
        before, last = last, found.mark
        data = event("update", found.html, last) if last != before else b""
        return Sent(data, found.over, again=found.again)

    return watched(request, look)


def watched(request: Request, look: Look) -> Response:
    """``look`` as a stream: a page like any other that is refused where there is nothing, and an
    end where it goes away meanwhile, or whoever looks does."""
    return _Watched(request, look)


class _Watched(Response):
    """Takes its first look when it is answered: what that raises becomes the page."""

    def __init__(self, request: Request, look: Look) -> None:
        super().__init__()
        self._request = request
        self._look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request, begun = self._request, await _who(self._request)

        async def look() -> Sent:
            return await self._look() if await _who(request) == begun else Sent(over=True)

        context = context_of(request)
        turn = context.streams.turn(f"user:{begun.name if begun else ''}")
        response = await streamed(
            request, context.database.changes, look, CallRefused, HTTPException, turn=turn
        )
        await response(scope, receive, send)


async def _who(request: Request) -> Person | None:
    """Who looks, as they are now: nobody once they have signed out, or were removed."""
    session_id = get_session_id(request) or ""
    data = await context_of(request).database.read(lambda c: session_data(c, session_id))
    return await signed_in(request) if data else None
