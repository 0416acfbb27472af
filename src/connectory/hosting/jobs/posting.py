"""One request to a job over a connection of its own, which is opened before the job is due.

Not aiohttp's client: it cannot connect ahead, and a thousand jobs that are due in the same second
would be called half a second late (ADR 0026). Unlike an event's, the answer counts when it has
ended: a job that is still answering is not done.
"""

import asyncio
from typing import NamedTuple

import httptools

from connectory.hosting.backends import Door

QUOTED = 500
"""Bytes of an answer that are kept."""
LARGEST_HEAD = 64 << 10
"""Bytes in a row that belong to no body: the head of an answer, and what may follow its end."""

CLOSED = "It closed the connection before it answered."
CUT_OFF = "It closed the connection before its answer ended."
NOT_HTTP = "It did not answer with valid HTTP."


class Answer(NamedTuple):
    """``status`` is None when there was none; then ``said`` says what happened instead of it, and
    else holds the beginning of the body."""

    status: int | None
    said: str


class Posting(asyncio.Protocol):
    """Opened by ``connected``; ``over`` never fails."""

    def __init__(self) -> None:
        self.over: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._status: int | None = None
        self._body = b""
        self._has_end = False
        self._head = 0

    def ask(self, request: bytes) -> None:
        """Sends it now."""
        if self._transport is not None:
            self._transport.write(request)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, _reason: Exception | None) -> None:
        self._transport = None
        if self._status is None:
            self._end(None, CLOSED)
        elif self._has_end:
            self._end(None, CUT_OFF)
        else:
            # an answer without a length ends with its connection
            self._end(self._status)

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._end(None, NOT_HTTP)
        if self._head > LARGEST_HEAD:
            self._end(None, NOT_HTTP)

    def on_header(self, name: bytes, _value: bytes) -> None:
        self._has_end |= name.lower() in {b"content-length", b"transfer-encoding"}

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        # an interim answer is followed by another one
        self._status = status if status >= 200 else None

    def on_body(self, data: bytes) -> None:
        self._head = 0
        if len(self._body) < QUOTED:
            self._body = (self._body + data)[:QUOTED]

    def on_message_complete(self) -> None:
        if self._status is None:
            self._has_end = False
        else:
            self._end(self._status)

    def _end(self, status: int | None, said: str | None = None) -> None:
        if not self.over.done():
            text = self._body.decode("utf-8", "replace").strip()
            self.over.set_result(Answer(status, text if said is None else said))
        self.close()


async def connected(door: Door) -> Posting:
    """A connection to the application, with nothing sent yet. Raises ``OSError``."""
    loop = asyncio.get_running_loop()
    if door.open_socket is None:
        _, posting = await loop.create_connection(Posting, *door.address)
        return posting
    opened = door.open_socket()
    try:
        opened.setblocking(False)
        await loop.sock_connect(opened, door.address)
        _, posting = await loop.create_connection(Posting, sock=opened)
    except BaseException:
        opened.close()
        raise
    return posting


def request(door: Door, endpoint: str) -> bytes:
    """POST with an empty JSON object (facts 14.2 row 30)."""
    path = "/".join(part for part in endpoint.split("/") if part)
    host, port = door.address
    head = (
        f"POST /{path} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: Connectory\r\n"
        "Accept: */*\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + b"{}"
