"""The comparator of ``benchmarks.events``: a Redis stream that is as durable, and a consumer that
acknowledges and does nothing else. Needs redis-server (Debian package ``redis-server``)."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

SERVER = shutil.which("redis-server")
DATA = b"x" * 500


class Redis:
    """One connection; commands may be pipelined."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, *commands: tuple[bytes | str | int, ...]) -> list[Any]:
        for command in commands:
            words = [one if isinstance(one, bytes) else str(one).encode() for one in command]
            self._writer.write(b"*%d\r\n" % len(words))
            for word in words:
                self._writer.write(b"$%d\r\n%b\r\n" % (len(word), word))
        return [await self._answer() for _ in commands]

    async def _answer(self) -> Any:
        line = (await self._reader.readuntil(b"\r\n"))[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"$":
            return None if rest == b"-1" else (await self._reader.readexactly(int(rest) + 2))[:-2]
        if kind == b"*":
            return [await self._answer() for _ in range(max(0, int(rest)))]
        return rest


@asynccontextmanager
async def redis() -> AsyncIterator[Path]:
    """The socket of a server that syncs each write before it answers."""
    assert SERVER is not None
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "redis.sock"
        durable = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
        process = await asyncio.create_subprocess_exec(
            SERVER, "--port", "0", "--unixsocket", str(path), "--dir", name, *durable,
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not path.exists():  # noqa: ASYNC110 - it says nothing
                await asyncio.sleep(0.01)
            yield path
        finally:
            process.terminate()
            await process.wait()


async def connected(path: Path) -> Redis:
    return Redis(*await asyncio.open_unix_connection(str(path)))


async def stream(count: int, batch: int, rate: float) -> tuple[float, list[float]]:
    """Messages a second, and the milliseconds from publishing to consuming of each."""
    delays: list[float] = []
    async with redis() as path:
        publisher, consumer = await connected(path), await connected(path)
        await publisher.ask(("XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"))

        async def publish() -> None:
            for number in range(count // batch):
                if rate:
                    due = began + number * batch / rate
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                at = f"{time.time() * 1000:.3f}"
                one = ("XADD", "s", "*", "data", DATA, "at", at)
                await publisher.ask(*[one] * batch)

        async def consume() -> None:
            read = ("XREADGROUP", "GROUP", "g", "c", "COUNT", 100, "BLOCK", 0, "STREAMS", "s", ">")
            while len(delays) < count:
                ((_, entries),) = (await consumer.ask(read))[0]
                now = time.time() * 1000
                delays.extend(now - float(fields[3]) for _, fields in entries)
                ids = [id_ for id_, _ in entries]
                await consumer.ask(("XACK", "s", "g", *ids), ("XDEL", "s", *ids))

        began = time.perf_counter()
        await asyncio.gather(publish(), consume())
        return count / (time.perf_counter() - began), delays
