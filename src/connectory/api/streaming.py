"""Answers that go on: server-sent events, for as long as something may change and may be seen."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from connectory.database.changes import Changes
from connectory.errors import ConnectError

MEDIA: Final = "text/event-stream"
LONGEST: Final = 900.0
"""Seconds after which a stream ends; whoever reads it opens it anew."""
SILENCE: Final = 15.0
"""Seconds after which a stream shows that it is alive."""
SHORTEST: Final = 0.2
"""Seconds between two looks, however much changes."""
BEGUN: Final = b": here\n\n"
ALIVE: Final = b": still here\n\n"


MOST: Final = 200
"""Streams of the API at one time."""
MOST_EACH: Final = 20
"""Streams of one caller at one time."""


class TooManyStreamsError(ConnectError):
    """Each stream looks again after every change: there cannot be any number of them."""

    status = 429

    def __init__(self) -> None:
        super().__init__("Too many streams are open. End one, or try again in a minute.")


class Streams:
    """How many are open, on the event loop that serves the API."""

    def __init__(self) -> None:
        self._open = Counter[str]()

    @contextmanager
    def turn(self, who: str) -> Iterator[None]:
        """For as long as a stream is open. Raises ``TooManyStreamsError``."""
        if self._open.total() >= MOST or self._open[who] >= MOST_EACH:
            raise TooManyStreamsError
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            self._open += Counter()  # without those that have none


class Sent(NamedTuple):
    """What one look found to send. ``over``: nothing will come any more. ``more``: the next look
    finds something without anything having changed. ``again``: seconds until the next look where
    no change is announced."""

    data: bytes = b""
    over: bool = False
    more: bool = False
    again: float = SILENCE


Look = Callable[[], Awaitable[Sent]]


async def streamed(
    request: Request,
    changes: Changes,
    look: Look,
    *refusals: type[Exception],
    turn: AbstractContextManager[None] | None = None,
) -> StreamingResponse:
    """What ``look`` finds, now and after every change, ``over`` at the end.

    The first look is taken before the answer begins: what it raises, the caller answers with. One
    of ``refusals`` later on means that it may not be seen any more, and ends the stream. ``turn``
    is held until it ends.
    """
    seen = changes.count
    first = await look()
    held = ExitStack()
    if turn is not None:
        held.enter_context(turn)
    return _Stream(_events(request, changes, look, refusals, seen, first), held)


class _Stream(StreamingResponse):
    def __init__(self, events: AsyncIterator[bytes], held: ExitStack) -> None:
        headers = {"x-accel-buffering": "no", "cache-control": "no-store"}
        super().__init__(events, media_type=MEDIA, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            await super().__call__(scope, receive, send)


async def _events(
    request: Request,
    changes: Changes,
    look: Look,
    refusals: tuple[type[Exception], ...],
    seen: int,
    sent: Sent,
) -> AsyncIterator[bytes]:
    until = time.monotonic() + LONGEST
    yield BEGUN
    while request.method != "HEAD":
        if sent.data:
            yield sent.data
        if sent.over:
            yield event("over", "")
            return
        if not sent.more and await changes.wait(seen, sent.again) == seen:
            yield ALIVE
        await asyncio.sleep(SHORTEST)
        if time.monotonic() > until or changes.ended or await request.is_disconnected():
            return
        seen = changes.count
        try:
            sent = await look()
        except refusals:
            sent = Sent(over=True)


def event(name: str, text: str, id: str = "") -> bytes:  # noqa: A002 - the field's name
    """One server-sent event. ``id`` is what a reader that comes again says it had last."""
    known = f"id: {id}\n" if id else ""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"{known}event: {name}\n{lines}\n".encode()


def place(id: str) -> bytes:  # noqa: A002 - the field's name
    """What a reader that comes again is to say, though there was nothing to send."""
    return f"id: {id}\n\n".encode()
