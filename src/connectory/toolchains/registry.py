"""An npm registry: which versions a package has, and their files, verified."""

import asyncio
import json
import ssl
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from connectory.toolchains.model import ToolUnavailable

if TYPE_CHECKING:
    import aiohttp

PUBLIC = "https://registry.npmjs.org"
ABBREVIATED = {"Accept": "application/vnd.npm.install-v1+json"}
FRESH_SECONDS = 3600.0
LARGEST_LIST = 64 << 20
LARGEST_FILE = 512 << 20
CHUNK = 256 * 1024


class Dist(msgspec.Struct, frozen=True):
    tarball: str
    integrity: str = ""


class Release(msgspec.Struct, frozen=True):
    dist: Dist


class Releases(msgspec.Struct, frozen=True):
    versions: dict[str, Release]


@dataclass(frozen=True)
class Registry:
    url: str
    cache: Path

    async def releases(self, package: str) -> Releases:
        """Every version of a package, at most an hour old, older when nobody answers."""
        file = self.cache / f"{package.replace('/', '+')}.json"
        if not _fresh(file):
            try:
                await self._fetch(package, file)
            except _mishaps() as error:
                if not file.exists():
                    raise ToolUnavailable(
                        f"{self.url} does not list {package}: {error or type(error).__name__}"
                    ) from error
        return msgspec.json.decode(file.read_bytes(), type=Releases)

    async def download(self, dist: Dist, into: IO[bytes]) -> None:
        """The release's file, whole and as the registry signed for it (sha512)."""
        digest = sha512()
        try:
            async with _session() as session, session.get(self._at(dist.tarball)) as answer:
                answer.raise_for_status()
                size = 0
                async for chunk in answer.content.iter_chunked(CHUNK):
                    size += len(chunk)
                    _within(size, LARGEST_FILE)
                    digest.update(chunk)
                    into.write(chunk)
        except _mishaps() as error:
            raise ToolUnavailable(
                f"{dist.tarball} cannot be downloaded: {error or type(error).__name__}"
            ) from error
        if f"sha512-{b64encode(digest.digest()).decode()}" not in dist.integrity.split():
            raise ToolUnavailable(f"{dist.tarball} is not what the registry says it is (sha512)")

    async def _fetch(self, package: str, file: Path) -> None:
        url = f"{self.url}/{package.replace('/', '%2f')}"
        async with _session() as session, session.get(url, headers=ABBREVIATED) as answer:
            answer.raise_for_status()
            raw = bytearray()
            async for chunk in answer.content.iter_chunked(CHUNK):
                raw += chunk
                _within(len(raw), LARGEST_LIST)
        small = await asyncio.to_thread(_abbreviated, bytes(raw))
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{file.name}.{time.monotonic_ns()}")
        fresh.write_bytes(small)
        fresh.replace(file)

    def _at(self, tarball: str) -> str:
        """A mirror's list may still name the public registry, as npm itself assumes."""
        ours = self.url.rstrip("/")
        return ours + tarball.removeprefix(PUBLIC) if tarball.startswith(f"{PUBLIC}/") else tarball


def _mishaps() -> tuple[type[Exception], ...]:
    """What an unreachable or confused registry raises. Loaded late, for a fast start."""
    import aiohttp

    return (aiohttp.ClientError, OSError, TimeoutError, ValueError)


@asynccontextmanager
async def _session() -> "AsyncIterator[aiohttp.ClientSession]":
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=600, sock_connect=10, sock_read=60)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, trust_env=True
    ) as session:
        yield session


def _abbreviated(raw: bytes) -> bytes:
    try:
        return msgspec.json.encode(msgspec.json.decode(raw, type=Releases))
    except (msgspec.DecodeError, json.JSONDecodeError) as error:
        raise ValueError("not a package list") from error


def _fresh(file: Path) -> bool:
    return file.exists() and time.time() - file.stat().st_mtime < FRESH_SECONDS


def _within(size: int, limit: int) -> None:
    if size > limit:
        raise ValueError(f"larger than {limit} bytes")
