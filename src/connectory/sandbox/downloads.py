"""One download for everybody who wants the same tarball, and a copy on disk for who comes later."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO

import aiohttp

from connectory.sandbox.passing import ANSWERED, keepable, only
from connectory.sandbox.tarballs import Tarballs

CHUNK = 256 * 1024
Ask = Callable[[str], AbstractAsyncContextManager[aiohttp.ClientResponse]]


class NotForKeeping(Exception):  # noqa: N818 - an answer
    """The registry said something that is for nobody else: each must ask for himself."""


@dataclass
class Download:
    """A tarball that grows on disk; `readers` read it as it does."""

    file: IO[bytes]
    headers: dict[str, str] = field(default_factory=dict)
    readers: int = 0
    over: bool = False
    _written: int = 0
    _failure: Exception | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def grow(self, chunk: bytes) -> None:
        self.file.write(chunk)
        self.file.flush()
        self._written += len(chunk)
        self.tell()

    def tell(self) -> None:
        """Wake every reader: whoever waits now has the event that is set here."""
        self._news.set()
        self._news = asyncio.Event()

    def end(self, failure: Exception | None = None) -> None:
        self.over, self._failure = True, failure
        self.tell()

    async def begun(self) -> dict[str, str]:
        """The answer's headers, once it is clear that it is one; raises what went wrong."""
        while not (self.headers or self.over):
            await self._news.wait()
        if self._failure is not None and not self._written:
            raise self._failure
        return self.headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """Everything from the beginning; raises when the registry broke off."""
        at = 0
        while chunk := await self._beyond(at):
            at += len(chunk)
            yield chunk
        if self._failure is not None:
            raise self._failure

    async def _beyond(self, at: int) -> bytes:
        while self._written <= at and not self.over:
            await self._news.wait()
        return os.pread(self.file.fileno(), min(CHUNK, self._written - at), at)


@dataclass
class Downloads:
    """Those under way, by path. Lives on one loop; `ask` requests a path of the registry."""

    registry: str
    tarballs: Tarballs
    ask: Ask
    _under_way: dict[str, tuple[Download, asyncio.Task[None]]] = field(default_factory=dict)

    @contextmanager
    def joined(self, path: str) -> Iterator[Download]:
        """The download of a path, begun unless it is under way; it ends with its last reader."""
        download, task = self._under_way.get(path) or self._start(path)
        download.readers += 1
        try:
            yield download
        finally:
            download.readers -= 1
            if not download.readers:
                self._left(path, download, task)

    async def kept(self, path: str) -> tuple[IO[bytes], int] | None:
        """The file and its size when it is on disk already."""
        if path in self._under_way:
            return None
        return await asyncio.to_thread(self.tarballs.open, self._name(path))

    async def close(self) -> None:
        tasks = [task for _, task in self._under_way.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, path: str) -> tuple[Download, asyncio.Task[None]]:
        download = Download(self.tarballs.begin())
        started = download, asyncio.create_task(self._carry_out(path, download))
        self._under_way[path] = started
        return started

    def _left(self, path: str, download: Download, task: asyncio.Task[None]) -> None:
        if task.done():
            download.file.close()
        elif not download.over:
            self._forget(path, download)
            task.cancel()

    async def _carry_out(self, path: str, download: Download) -> None:
        try:
            digest = await self._fill(path, download)
            download.end()
            with suppress(OSError):
                await asyncio.to_thread(self.tarballs.keep, self._name(path), download.file, digest)
        except (aiohttp.ClientError, OSError, TimeoutError, NotForKeeping) as failure:
            download.end(failure)
        finally:
            self._forget(path, download)
            self.tarballs.discard(download.file)
            if not download.readers:
                download.file.close()

    async def _fill(self, path: str, download: Download) -> str:
        digest = hashlib.sha256()
        async with self.ask(path) as answer:
            if not keepable(answer.status, answer.headers):
                raise NotForKeeping
            download.headers = {"Content-Type": "application/octet-stream"}
            download.headers |= only(ANSWERED, answer.headers)
            download.tell()
            async for chunk in answer.content.iter_any():
                digest.update(chunk)
                download.grow(chunk)
        return digest.hexdigest()

    def _forget(self, path: str, download: Download) -> None:
        if self._under_way.get(path, (None,))[0] is download:
            del self._under_way[path]

    def _name(self, path: str) -> str:
        return f"{self.registry}{path}"
