"""One HTTP request, passed on and answered as it streams."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from connectory.errors import ConnectError, render
from connectory.hosting.gateway import headers
from connectory.hosting.gateway.errors import ApplicationTimeoutError, ApplicationUnreachableError
from connectory.hosting.gateway.inbound import ClientGone, Inbound, Receive, Send
from connectory.wire import encode

AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
"""Fields aiohttp would add on its own."""
CLIENT_GONE = 499
"""The status in the log when the client did not wait for the answer, as nginx writes it."""


class Connected(NamedTuple):
    """A pool of connections to one application, and its address as they see it."""

    session: aiohttp.ClientSession
    address: tuple[str, int]


class Exchange:
    """What passes between one client and one application. ``status`` is 0 until there is one."""

    def __init__(
        self, scope: Mapping[str, Any], receive: Receive, send: Send, application: str
    ) -> None:
        self._scope = scope
        self._send = send
        self._application = application
        self._has_body = headers.has_body(scope["headers"])
        self.inbound = Inbound(receive, has_body=self._has_body)
        self.status = 0
        self.sent = 0
        """Bytes of the answer's body so far."""

    async def run(self, way: Connected, scheme: str, seconds: float) -> None:
        """The whole exchange. A failure after the answer began ends the connection early: there
        is no other way to tell the client that the rest is missing."""
        try:
            async with asyncio.timeout(seconds):
                await self._unless_gone(self._answer(way, scheme))
        except ClientGone:
            self.status = self.status or CLIENT_GONE
        except TimeoutError:
            await self._fail(ApplicationTimeoutError(self._application, seconds))
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            await self._fail(ApplicationUnreachableError(self._application, _why(problem)))

    async def refuse(self, error: ConnectError) -> None:
        """The contract's error body instead of an answer of the application."""
        status, body = render(error)
        text = encode(body)
        fields = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(text)).encode()),
        ]
        await self._start(status, fields)
        await self._body(text, more=False)

    async def _fail(self, error: ConnectError) -> None:
        if self.status == 0 and not self.inbound.is_gone:
            await self.refuse(error)

    async def _unless_gone(self, answer: Coroutine[Any, Any, None]) -> None:
        """Give the answer up when the client closes its connection; raises ``ClientGone`` then."""
        me, left, over = asyncio.current_task(), False, False

        def leave(_: "asyncio.Task[None]") -> None:
            nonlocal left
            if not over and me is not None:
                left = True
                me.cancel()

        watching = asyncio.ensure_future(self.inbound.gone())
        watching.add_done_callback(leave)
        try:
            await answer
        except asyncio.CancelledError:
            if not left or me is None or me.uncancel():
                raise
            raise ClientGone from None
        finally:
            over = True
            watching.cancel()

    async def _answer(self, way: Connected, scheme: str) -> None:
        async with way.session.request(
            self._scope["method"],
            target(self._scope, way.address),
            headers=headers.upstream(self._scope, scheme),
            data=self.inbound.body() if self._has_body else None,
            skip_auto_headers=AUTOMATIC,
            allow_redirects=False,
        ) as response:
            await self._start(response.status, headers.downstream(response.raw_headers))
            content, more = response.content, True
            async for chunk in content.iter_any():
                more = not content.at_eof()
                await self._body(chunk, more=more)
            if more:
                await self._body(b"", more=False)

    async def _start(self, status: int, fields: list[headers.Field]) -> None:
        self.status = status
        await self._send({"type": "http.response.start", "status": status, "headers": fields})

    async def _body(self, chunk: bytes, *, more: bool) -> None:
        self.sent += len(chunk)
        await self._send({"type": "http.response.body", "body": chunk, "more_body": more})


def target(scope: Mapping[str, Any], address: tuple[str, int], scheme: str = "http") -> URL:
    """The application's URL, path and query as the client wrote them, byte for byte."""
    path = _ascii(scope["raw_path"])
    query = _ascii(scope["query_string"])
    rest = f"{path}?{query}" if query else path
    return URL(f"{scheme}://{address[0]}:{address[1]}{rest}", encoded=True)


def _ascii(raw: bytes) -> str:
    """Percent-encodes what may not stand in a request line at all."""
    return "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in raw)


def _why(problem: Exception) -> str:
    if isinstance(problem, aiohttp.ClientConnectorError):
        return "does not accept connections"
    if isinstance(problem, aiohttp.ClientResponseError):
        return "did not answer with valid HTTP"
    return "closed the connection before it answered"
