"""Answering programs in the name of the commerce API, by asking the stand-in.

Loaded with the first Project that has one: the HTTP client and server take a while to load.
"""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from aiohttp.web import BaseRequest, RequestHandler, Response, Server, StreamResponse
from yarl import URL

from connectory.auth.model import StandIn
from connectory.hosting.standin import passing
from connectory.sandbox.boundaries import Network, closed, own_networks

TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
CONNECTIONS = 256
"""From one program; to all stand-ins together."""
FAILURES = (aiohttp.ClientError, OSError, TimeoutError)
OUT_OF_REACH = (
    "is on a private network, which only the operator's own organization may use: name it in "
    "reachable_networks"
)


class Private(OSError):  # noqa: N818 - an answer
    """The stand-in lives where its Project may not send requests."""


class Counter:
    """Lives on one loop. ``reachable`` are the networks that every stand-in may be on."""

    def __init__(self, context: ssl.SSLContext, reachable: tuple[Network, ...]) -> None:
        self._context = context
        self._reachable = reachable
        self._anywhere = _session(ThreadedResolver())
        self._outside = _session(Outside(reachable))

    async def serve(self, stand_in: StandIn, trusted: bool, listener: socket.socket) -> "Served":
        """Answer the programs behind one listening socket. ``trusted``: the stand-in may be on this
        machine or a private network."""
        listener.setblocking(False)

        async def answer(request: BaseRequest) -> StreamResponse:
            return await self._answer(stand_in, trusted, request)

        loop = asyncio.get_running_loop()
        server = _Limited(answer, access_log=None)
        listening = await loop.create_server(server, sock=listener, ssl=self._context)
        return Served(listening, server)

    async def close(self) -> None:
        await self._anywhere.close()
        await self._outside.close()

    async def _answer(
        self, stand_in: StandIn, trusted: bool, request: BaseRequest
    ) -> StreamResponse:
        url = passing.target(stand_in, request.host, request.raw_path)
        try:
            if not trusted:
                self._require_public(url)
            session = self._anywhere if trusted else self._outside
            return await _passed_on(session, url, request)
        except Private:
            return _refused(url, OUT_OF_REACH)
        except FAILURES as failure:
            if isinstance(getattr(failure, "os_error", None), Private):
                return _refused(url, OUT_OF_REACH)
            return _refused(url, f"did not answer ({type(failure).__name__})")

    def _require_public(self, url: str) -> None:
        """Names are looked at when they are resolved; an address is not resolved."""
        try:
            address = ip_address(URL(url).host or "")
        except ValueError:
            return
        require_outside(str(address), closed(own_networks(), self._reachable))


@dataclass(frozen=True)
class Served:
    """One sandbox that is being answered."""

    listening: asyncio.Server
    server: Server

    async def close(self) -> None:
        self.listening.close()
        await self.server.shutdown(0)


class Outside(AbstractResolver):
    """Finds only what is outside of this machine and of private networks."""

    def __init__(self, reachable: tuple[Network, ...]) -> None:
        self._reachable = reachable
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        inside = closed(own_networks(), self._reachable)
        for one in found:
            require_outside(one["host"], inside)
        return found

    async def close(self) -> None:
        await self._resolver.close()


class _Limited(Server):
    """A program must not use up the platform's descriptors."""

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self.connections) > CONNECTIONS:
            transport.close()


def require_outside(address: str, inside: tuple[Network, ...]) -> None:
    """Raises ``Private``."""
    ip = ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if any(ip in network for network in inside):
        raise Private(address)


def _session(resolver: AbstractResolver) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS, resolver=resolver, use_dns_cache=False),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=TIMEOUT,
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
    )


async def _passed_on(
    session: aiohttp.ClientSession, url: str, request: BaseRequest
) -> StreamResponse:
    async with session.request(
        request.method,
        URL(url, encoded=True),
        headers=passing.upwards(request.headers.items(), request.host),
        data=request.content if request.body_exists else None,
        allow_redirects=False,
    ) as there:
        headers = passing.end_to_end(there.headers.items())
        answer = StreamResponse(status=there.status, reason=there.reason)
        for name, value in headers:
            answer.headers.add(name, value)
        try:
            await answer.prepare(request)
            async for chunk in there.content.iter_any():
                await answer.write(chunk)
            await answer.write_eof()
        except FAILURES:
            # too late for another answer: a broken connection says that this was not all
            if request.transport is not None:
                request.transport.abort()
        return answer


def _refused(url: str, cause: str) -> Response:
    body = passing.refusal(url, cause)
    return Response(status=502, body=body, content_type="application/json")
