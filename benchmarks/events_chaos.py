"""Many messages to a receiver that refuses, breaks connections, dies and comes back: none is lost.

The receiver is a Node program that writes the number of each message it takes to a file before it
answers. It refuses 5 in 100 messages, closes the connection over 1 in 1,000, exits over 1 in
20,000, and is killed with -9 now and then.
"""

import asyncio
import random
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

import connectory.main  # noqa: F401 - every table declares itself
from connectory.connectors.model import RetryPolicy
from connectory.database import Database, open_database
from connectory.hosting.backends import Door
from connectory.hosting.logbook import LogBook
from connectory.hosting.topics import Topic, Topics, declare_topics, publish
from connectory.hosting.topics.inspecting import counts_of
from connectory.hosting.topics.model import Message
from connectory.settings import Settings

BATCH, BACKLOG = 100, 5000
RECEIVER = """
const { openSync, writeSync } = require('fs');
const file = openSync(process.argv[1], 'a');
require('http').createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const drawn = Math.random();
    if (drawn < 0.05) return response.writeHead(500).end('not now');
    if (drawn < 0.051) return request.socket.destroy();
    if (drawn < 0.05105) process.exit(1);
    const { message } = JSON.parse(Buffer.concat(chunks));
    writeSync(file, Buffer.from(message.data, 'base64').toString() + '\\n');
    response.writeHead(204).end();
  });
}).listen(+process.argv[2], '127.0.0.1');
"""


class Lease(NamedTuple):
    """The receiver is called without asking a supervisor."""

    door: Door

    async def lease(self, _application_id: str) -> Self:
        return self

    def end(self) -> None: ...


@contextmanager
def own_port() -> Iterator[int]:
    """A port that nobody else is given, whether the receiver listens on it or not."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def chaos(count: int) -> None:
    with tempfile.TemporaryDirectory() as name, own_port() as port:
        directory, taken = Path(name), Path(name) / "taken"
        database = open_database("", directory / "data")
        topics = Topics(
            Settings(), database, Lease(Door(("127.0.0.1", port))), LogBook(database, 30)
        )
        topic = Topic("app", "d", "app", "event-app", "p", "/", RetryPolicy(strategy="immediate"))
        await database.write(lambda c: declare_topics(c, "d", [topic]))
        deaths: list[int | None] = []
        living = asyncio.create_task(lives(taken, port, deaths))
        began = time.perf_counter()
        await topics.start()
        await published(database, count)
        await until_waiting(database, 0)
        took = time.perf_counter() - began
        await topics.stop()
        living.cancel()
        await asyncio.wait([living])
        database.close()
        numbers = [int(line) for line in taken.read_text().split()]
    lost, twice = count - len(set(numbers)), len(numbers) - len(set(numbers))
    print(
        f"{count} messages in {took:.0f} s ({count / took:.0f} a second), {len(deaths)} deaths of"
    )
    print(f"the receiver: {lost} lost, {twice} taken more than once")
    assert lost == 0


async def lives(taken: Path, port: int, deaths: list[int | None]) -> None:
    """The receiver, started again whenever it dies; killed after some seconds if it does not."""
    node = shutil.which("node")
    assert node is not None
    while True:
        process = await asyncio.create_subprocess_exec(node, "-e", RECEIVER, str(taken), str(port))
        try:
            async with asyncio.timeout(random.uniform(1, 10)):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        deaths.append(process.returncode)


async def published(database: Database, count: int) -> None:
    """With some thousand messages waiting at any time."""
    for first in range(0, count, BATCH):
        if first % BACKLOG == 0:
            await until_waiting(database, BACKLOG)
        several = range(first, min(count, first + BATCH))
        await publish(database, "app", [Message(b"%d" % number) for number in several])


async def until_waiting(database: Database, most: int) -> None:
    # nobody is told when a topic is empty
    while (await database.read(lambda c: counts_of(c, "app"))).waiting > most:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
