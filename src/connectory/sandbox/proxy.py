"""The only way out of a REGISTRY sandbox: CONNECT to allowed hosts, resolved by the platform."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field

from connectory.sandbox.destinations import Allowed, Refused, Target, requested
from connectory.sandbox.model import Close

LARGEST_HEAD = 8 * 1024
REMEMBERED = 50
PATIENCE = 30.0
TUNNELS = 256
CHUNK = 64 * 1024


@dataclass
class Egress:
    """One sandbox's proxy; `refused` fills while it serves."""

    allowed: Allowed
    refused: dict[str, None] = field(default_factory=dict)
    _open: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def serve(self, listener: socket.socket) -> Close:
        listener.setblocking(False)
        self._server = await asyncio.start_server(self._met, sock=listener, limit=LARGEST_HEAD)
        return self.close

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this callback in a task
        self._open.add(task)
        try:
            # A program must not use up the platform's descriptors.
            if len(self._open) <= TUNNELS:
                await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()
            self._open.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
        try:
            there = await self._connect(requested(head))
        except Refused as refusal:
            self._remember(str(refusal))
            await _answer(writer, 403, "Forbidden", f"not an allowed host: {refusal}")
        except (OSError, TimeoutError) as error:
            await _answer(writer, 502, "Bad Gateway", str(error))
        else:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _both_ways((reader, writer), there)

    async def _connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not self.allowed.name(target):
            raise Refused(str(target))
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        permitted = [each for each in addresses if self.allowed.address(target, each)]
        if not permitted:
            raise Refused(f"{target} (private address {addresses[0]})")
        return await _first_reached(permitted, target.port)

    def _remember(self, host: str) -> None:
        if len(self.refused) < REMEMBERED:
            self.refused[host] = None


async def _first_reached(
    addresses: list[str], port: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    last: OSError | None = None
    for address in addresses:
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.open_connection(address, port)
        except OSError as error:
            last = error
    raise last if last is not None else OSError("no address")


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _both_ways(here: Stream, there: Stream) -> None:
    try:
        await asyncio.gather(_copy(here[0], there[1]), _copy(there[0], here[1]))
    finally:
        there[1].close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        with suppress(OSError):
            writer.write_eof()


async def _answer(writer: asyncio.StreamWriter, code: int, reason: str, text: str) -> None:
    body = f"{text}\n".encode()
    head = f"HTTP/1.1 {code} {reason}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
