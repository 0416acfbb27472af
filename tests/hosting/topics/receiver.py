"""A program that receives messages: a real socket, and answers as a test says."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from connectory.hosting.backends import Door


class Received(NamedTuple):
    path: str
    headers: dict[str, str]
    document: Any
    writer: asyncio.StreamWriter

    @property
    def text(self) -> str:
        """The message's data as text."""
        return base64.b64decode(self.document["message"].get("data", "")).decode()


class Hang(Exception):  # noqa: N818 - nothing is wrong
    """The connection stays open and nothing is said."""


Answering = Callable[[Received], Awaitable[bytes | None]]
"""The bytes of the answer; None ends the connection without one."""


def answer(status: int, body: str = "", *more: str) -> bytes:
    fields = "".join(f"{one}\r\n" for one in (f"Content-Length: {len(body)}", *more))
    return f"HTTP/1.1 {status} Whatever\r\n{fields}\r\n{body}".encode()


OK = answer(204)


class Receiver:
    """``received`` is what came, in order; ``connections`` counts those that were opened."""

    def __init__(self, answering: Answering | None = None, port: int = 0) -> None:
        self.answering = answering or _ok
        self.received: list[Received] = []
        self.connections = 0
        self.door = Door(("127.0.0.1", port))
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """At the same address as before, if there was one."""
        self._server = await asyncio.start_server(self._serve, *self.door.address)
        self.door = Door(self._server.sockets[0].getsockname())

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *fields = head.strip().split("\r\n")
        headers = dict(one.lower().split(": ", 1) for one in fields)
        body = await reader.readexactly(int(headers["content-length"]))
        received = Received(first.split(" ")[1], headers, json.loads(body), writer)
        self.received.append(received)
        try:
            said = await self.answering(received)
        except Hang:
            await reader.read()
            return False
        if said is None:
            return False
        writer.write(said)
        await writer.drain()
        return True


async def _ok(_received: Received) -> bytes:
    return OK


@asynccontextmanager
async def receiving(answering: Answering | None = None, port: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver(answering, port)
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()


class Lent:
    """A lease on a receiver."""

    def __init__(self, door: Door, open_: set["Lent"]) -> None:
        self.door = door
        self._open = open_
        open_.add(self)

    def end(self) -> None:
        self._open.discard(self)


class Doors:
    """Which receiver stands for which application; None for one that does not run."""

    def __init__(self, **receivers: Receiver | None) -> None:
        self.receivers = receivers
        self.open: set[Lent] = set()

    async def lease(self, application_id: str) -> Lent | None:
        receiver = self.receivers.get(application_id)
        return None if receiver is None else Lent(receiver.door, self.open)
