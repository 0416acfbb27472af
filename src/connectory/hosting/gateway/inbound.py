"""The client's side of one request: its body as it arrives, and whether it is still there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

LARGEST_MESSAGE = 16 << 20
"""Bytes one WebSocket message may have, in either direction."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ClientGone(Exception):  # noqa: N818 - nobody is at fault
    """The client closed its connection before the exchange was over."""


class Counted:
    """What goes out through it, counted. ``status`` is 0 until there is one."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.sent = 0
        """Bytes of the answer's body so far."""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.sent += len(message.get("body", b""))
        await self._send(message)


class Inbound:
    """Reads what the client sends; never more than the application takes."""

    def __init__(self, receive: Receive, *, has_body: bool) -> None:
        self._receive = receive
        self.is_gone = False
        self._drained = asyncio.Event()
        self.received = 0
        """Bytes of the body so far."""
        if not has_body:
            self._drained.set()

    async def body(self) -> AsyncIterator[bytes]:
        """The body, piece by piece. Raises ``ClientGone``: an unfinished body is no body."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.is_gone = True
                self._drained.set()
                raise ClientGone
            chunk: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            self.received += len(chunk)
            if chunk:
                yield chunk
        self._drained.set()

    async def gone(self) -> None:
        """Returns once the client has closed its connection."""
        await self._drained.wait()
        while not self.is_gone:
            self.is_gone = (await self._receive())["type"] == "http.disconnect"
