"""An archive of advisories from the network: whole, bounded, and only when it changed."""

import ssl
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

LARGEST = 4 << 30
CHUNK = 256 * 1024
PATIENCE = 3_600.0
Told = Callable[[int, int | None], None]


class DownloadFailed(Exception):  # noqa: N818 - says it better
    """The source did not answer, or not with all of the file."""


@dataclass(frozen=True)
class Tags:
    """By what a server tells whether a file changed since."""

    etag: str = ""
    last_modified: str = ""

    def asked(self) -> dict[str, str]:
        wanted = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in wanted.items() if value}


async def download(url: str, into: Path, known: Tags, told: Told) -> Tags | None:
    """Write the file, and give its tags; None, and no file, when it is the one that is ``known``.

    Raises ``DownloadFailed``.
    """
    import aiohttp

    try:
        async with _session() as session, session.get(url, headers=known.asked()) as answer:
            if answer.status == 304:
                return None
            answer.raise_for_status()
            _stays_safe(url, str(answer.url))
            await _write(answer, into, told)
            headers = answer.headers
            return Tags(headers.get("ETag", ""), headers.get("Last-Modified", ""))
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as problem:
        raise DownloadFailed(f"{url}: {problem or type(problem).__name__}") from problem


async def _write(answer: "aiohttp.ClientResponse", into: Path, told: Told) -> None:
    size = 0
    with into.open("wb") as file:
        async for chunk in answer.content.iter_chunked(CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise ValueError(f"larger than {LARGEST} bytes")
            file.write(chunk)
            told(size, answer.content_length)


def _stays_safe(asked: str, answered: str) -> None:
    if asked.startswith("https:") and not answered.startswith("https:"):
        raise ValueError("the answer came from a place without TLS")


@asynccontextmanager
async def _session() -> "AsyncIterator[aiohttp.ClientSession]":
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=PATIENCE, sock_connect=15, sock_read=60)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context())
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, trust_env=True
    ) as session:
        yield session
