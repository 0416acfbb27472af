"""The public addresses of a Deployment's applications, as its own programs meet them.

This machine is out of a sandbox's reach, and with it what the world reaches here. So what programs
are told of each other, ``CONNECT_SERVICE_URL``, leads back by sockets inside: to the gateway, and
to nothing else of the platform.
"""

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from connectory.hosting.placement import PORT
from connectory.sandbox import Outlet
from connectory.sandbox.model import Close, Serve

# Of its own, so that it meets nobody else who answers on the same port inside.
ADDRESS = "127.0.0.3"
DEFAULT_PORTS = {"http": 80, "https": 443}
CHUNK = 64 * 1024
CONNECTIONS = 256
PATIENCE = 10.0


class Public(NamedTuple):
    """Where a program looks for a public address: a port, at an address or by a name."""

    address: str
    port: int
    name: str
    secure: bool


def outlets(urls: Iterable[str], gateway: Serve) -> tuple[Outlet, ...]:
    """For the public ``urls`` of a Deployment's applications. Where TLS is ended by a proxy in
    front of the platform, programs meet that proxy; else the gateway, at once.

    What has the port that every application listens on is left out: it would be in the way there.
    """
    wanted = dict.fromkeys(map(public, urls))
    by_place: dict[tuple[str, int], list[Public]] = {}
    for one in wanted:
        if one.port != PORT:
            by_place.setdefault((one.address, one.port), []).append(one)
    return tuple(
        Outlet(address, port, _serve(ones[0], gateway), tuple(one.name for one in ones if one.name))
        for (address, port), ones in by_place.items()
    )


def public(url: str) -> Public:
    """An address of this machine other than its loopback is, inside, every address there."""
    parts = urlsplit(url)
    host, secure = (parts.hostname or "").lower(), parts.scheme == "https"
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    if host == "localhost":
        return Public("127.0.0.1", port, "", secure)
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        return Public(ADDRESS, port, host, secure)
    return Public(host if loopback else "0.0.0.0", port, "", secure)  # noqa: S104 - of a sandbox


def _serve(one: Public, gateway: Serve) -> Serve:
    return Forwarder(one.name, one.port).serve if one.secure and one.name else gateway


class Forwarder:
    """Leads to one public place, byte by byte."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port

    async def serve(self, listener: socket.socket) -> Close:
        listener.setblocking(False)
        open_ones = set[asyncio.Task[None]]()

        async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - asyncio runs this callback in a task
            open_ones.add(task)
            try:
                if len(open_ones) <= CONNECTIONS:
                    await self._forward(reader, writer)
            except (OSError, TimeoutError, asyncio.CancelledError):
                pass  # one side has gone, or the sandbox: the other is closed below
            finally:
                writer.close()
                open_ones.discard(task)

        server = await asyncio.start_server(met, sock=listener)

        async def close() -> None:
            server.close()
            for task in tuple(open_ones):
                task.cancel()
            await asyncio.gather(*open_ones, return_exceptions=True)

        return close

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(PATIENCE):
            from_there, there = await asyncio.open_connection(*self._place)
        try:
            await asyncio.gather(_copy(reader, there), _copy(from_there, writer))
        finally:
            there.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        with suppress(OSError):
            writer.write_eof()
