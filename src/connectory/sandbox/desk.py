"""Answering what programs ask of the registry. Loaded with the first program that may ask."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import IO

import aiohttp
from aiohttp.web import BaseRequest, RequestHandler, Response, Server, StreamResponse
from yarl import URL

from connectory.sandbox import passing
from connectory.sandbox.downloads import CHUNK, Downloads, NotForKeeping
from connectory.sandbox.tarballs import Tarballs

CONNECTIONS = 256
# As many as a package manager opens by itself.
CONNECTIONS_TO_THE_REGISTRY = 48
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=20, sock_read=60)
OUT_OF_REACH = (aiohttp.ClientError, OSError, TimeoutError)


class Desk:
    """Lives on one loop; asks `registry` and nobody else, over connections all programs share."""

    def __init__(self, registry: str, tarballs: Tarballs, ca_file: Path | None) -> None:
        self._registry = registry.rstrip("/")
        self._downloads = Downloads(self._registry, tarballs, self._ask_for_everyone)
        trust = ssl.create_default_context()
        if ca_file is not None:
            trust.load_verify_locations(ca_file)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS_TO_THE_REGISTRY, ssl=trust),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=TIMEOUT,
            auto_decompress=False,
            skip_auto_headers=("Accept-Encoding", "User-Agent"),
        )

    def server(self) -> Server:
        """A server for one sandbox."""
        return _Limited(self.answer, access_log=None)

    async def close(self) -> None:
        await self._downloads.close()
        await self._session.close()

    async def answer(self, request: BaseRequest) -> StreamResponse:
        path = request.raw_path
        if request.method not in passing.METHODS:
            return Response(status=405, headers={"Allow": ", ".join(passing.METHODS)})
        if not passing.acceptable(path):
            return Response(status=400)
        try:
            if passing.shared(request.method, path, request.headers):
                return await self._tarball(request, path)
            return await self._passed_on(request, path)
        except OUT_OF_REACH as failure:
            # no more than its kind: the rest may name places of the host
            return Response(status=502, text=f"{type(failure).__name__}\n")

    async def _tarball(self, request: BaseRequest, path: str) -> StreamResponse:
        if kept := await self._downloads.kept(path):
            return await _from_disk(request, *kept)
        try:
            with self._downloads.joined(path) as download:
                headers = await download.begun()
                return await _stream(request, StreamResponse(headers=headers), download.chunks())
        except NotForKeeping:
            return await self._passed_on(request, path)

    async def _passed_on(self, request: BaseRequest, path: str) -> StreamResponse:
        asked = passing.only(passing.ASKED, request.headers)
        async with self._ask(request.method, path, asked) as there:
            answer = StreamResponse(
                status=there.status,
                reason=there.reason,
                headers=passing.only(passing.ANSWERED, there.headers),
            )
            return await _stream(request, answer, there.content.iter_any())

    def _ask_for_everyone(self, path: str) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self._ask("GET", path, {"Accept-Encoding": "identity"})

    def _ask(
        self, method: str, path: str, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Redirects are the program's to follow: elsewhere it may go by the proxy only."""
        url = URL(self._registry + path, encoded=True)
        return self._session.request(method, url, headers=headers, allow_redirects=False)


class _Limited(Server):
    """A program must not use up the platform's descriptors."""

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self.connections) > CONNECTIONS:
            transport.close()


async def _from_disk(request: BaseRequest, file: IO[bytes], size: int) -> StreamResponse:
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    with file:
        return await _stream(request, StreamResponse(headers=headers), _chunks(file))


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


async def _stream(
    request: BaseRequest, answer: StreamResponse, chunks: AsyncIterator[bytes]
) -> StreamResponse:
    """Too late for another answer: a broken connection says that this was not all."""
    try:
        await answer.prepare(request)
        async for chunk in chunks:
            await answer.write(chunk)
        await answer.write_eof()
    except OUT_OF_REACH:
        if request.transport is not None:
            request.transport.abort()
    return answer
