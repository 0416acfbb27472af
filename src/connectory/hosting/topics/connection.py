"""One kept-open connection to an application, and one request at a time over it.

Not aiohttp's client: a delivery needs the status and no more, a seventh of the processor time
(ADR 0025), and has to see an interim 102, which acknowledges and which clients usually swallow.
"""

import asyncio
import time
from typing import NamedTuple, Protocol

import httptools

SAID = 500
"""Bytes of an answer that are kept."""
LARGEST_HEAD, LARGEST_BODY = 64 << 10, 1 << 20
PROCESSING = 102


class Answer(NamedTuple):
    """``status`` is None when there was none in time; ``said`` is the beginning of the body."""

    status: int | None
    said: bytes = b""


class BrokenError(Exception):
    """The connection ended, or was not HTTP, before there was an answer."""


class Keeper(Protocol):
    """Is told what becomes of a connection."""

    def done(self, connection: "Connection") -> None:
        """The application has answered in full: the connection can be used again."""

    def left(self, connection: "Connection") -> None:
        """The message is decided, and the application's answer has not ended yet."""

    def lost(self, connection: "Connection") -> None: ...


class Connection(asyncio.Protocol):
    """Opened by an event loop's ``create_connection``."""

    def __init__(self, keeper: Keeper) -> None:
        self.idle_since = 0.0
        self._keeper = keeper
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._expecting = False
        self._answer: asyncio.Future[Answer] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._status: int | None = None
        self._said = b""
        self._head = self._body = 0

    def ask(self, request: bytes, seconds: float) -> "asyncio.Future[Answer]":
        """The answer to ``request``, without a status when it takes longer: what comes later is
        read and forgotten. Raises ``BrokenError``."""
        loop = asyncio.get_running_loop()
        answer = self._answer = loop.create_future()
        self._parser, self._expecting = httptools.HttpResponseParser(self), True
        self._status, self._said = None, b""
        self._head = self._body = 0
        self._deadline = loop.call_later(seconds, self._too_late)
        if self._transport is None:
            self._break()
        else:
            self._transport.write(request)
        return answer

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, _reason: Exception | None) -> None:
        self._transport = None
        # an answer without a length ends with its connection
        if self._status is None:
            self._break()
        else:
            self._tell(self._status)
        self._keeper.lost(self)

    def data_received(self, data: bytes) -> None:
        if not self._expecting:
            self.close()  # an answer to nothing
            return
        self._head += len(data) if self._status is None else 0
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.close()
        if self._head > LARGEST_HEAD:
            self.close()

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status == PROCESSING and self._tell(status):
            self._keeper.left(self)
        if status >= 200:
            self._status = status

    def on_body(self, data: bytes) -> None:
        self._body += len(data)
        if len(self._said) < SAID:
            self._said = (self._said + data)[:SAID]
        if self._body > LARGEST_BODY:
            self.close()

    def on_message_complete(self) -> None:
        if self._status is None:
            return  # an interim answer
        again, self._expecting = self._parser.should_keep_alive(), False
        self._tell(self._status)
        if again and self.open:
            self.idle_since = time.monotonic()
            self._keeper.done(self)
        else:
            self.close()

    def _too_late(self) -> None:
        """A status counts even if its body has not ended yet."""
        if self._tell(self._status):
            self._keeper.left(self)

    def _tell(self, status: int | None) -> bool:
        answer = self._awaited()
        if answer is not None:
            answer.set_result(Answer(status, self._said))
        return answer is not None

    def _break(self) -> None:
        answer = self._awaited()
        if answer is not None:
            answer.set_exception(BrokenError())

    def _awaited(self) -> "asyncio.Future[Answer] | None":
        """Where to put the answer, if somebody still waits for it."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        return None if self._answer is None or self._answer.done() else self._answer
