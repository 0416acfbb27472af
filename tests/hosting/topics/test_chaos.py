"""Nothing is lost, whoever dies whenever."""

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.hosting.topics.conftest import declare, left, send, topic, until, until_empty
from tests.hosting.topics.receiver import OK, Received, Receiver, answer, receiving

from connectory.database import Database, open_database

ROOT = Path(__file__).parents[3]


class Delivery:
    """Another process that delivers, until it is killed."""

    def __init__(self, directory: Path, receiver: Receiver) -> None:
        self._arguments = (str(directory), str(receiver.door.address[1]))
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        module = "tests.hosting.topics.small_delivery"
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *self._arguments, cwd=ROOT
        )

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def delivery(directory: Path, receiver: Receiver) -> AsyncIterator[Delivery]:
    running = Delivery(directory, receiver)
    await running.start()
    try:
        yield running
    finally:
        await running.kill()


async def test_killed_between_delivery_and_acknowledgement_it_delivers_again(
    tmp_path: Path, free_port: int
) -> None:
    database = open_database("", tmp_path)
    try:
        await declare(database, topic())
        ids = await send(database, "x")
        killed = asyncio.Event()

        async def kill_first(_received: Received) -> bytes:
            if not killed.is_set():
                await running.kill()
                killed.set()
            return OK

        async with (
            receiving(kill_first, free_port) as receiver,
            delivery(tmp_path, receiver) as running,
        ):
            async with asyncio.timeout(300):
                await killed.wait()
            assert await left(database) == (1, 0)
            await running.start()
            await until_empty(database)
            again = [one.document["message"]["messageId"] for one in receiver.received]
            assert again == [*ids, *ids]
    finally:
        database.close()


MESSAGES = 800
KILLS = 2


async def test_no_message_is_lost_while_everybody_fails_and_dies(
    tmp_path: Path, free_port: int
) -> None:
    """The receiver refuses, breaks connections and goes away, the platform is killed."""
    database = open_database("", tmp_path)
    chance = random.Random(6)
    taken: Counter[str] = Counter()

    async def unreliable(received: Received) -> bytes | None:
        drawn = chance.random()
        if drawn < 0.1:
            return answer(500)
        if drawn < 0.12:
            return None
        taken[received.text] += 1
        return OK

    try:
        await declare(database, topic())
        async with (
            receiving(unreliable, free_port) as receiver,
            delivery(tmp_path, receiver) as running,
        ):
            publishing = asyncio.create_task(published(database))
            for part in range(1, KILLS + 1):
                await until(lambda part=part: len(taken) > part * MESSAGES // (KILLS + 2))  # type: ignore[misc]
                await running.kill()
                await receiver.stop()
                await running.start()
                await receiver.start()
            wanted = await publishing
            await until_empty(database)
        assert set(taken) == wanted
        assert len(wanted) == MESSAGES
    finally:
        database.close()


async def published(database: Database) -> set[str]:
    """What was acknowledged to have been published."""
    texts = [str(number) for number in range(MESSAGES)]
    for first in range(0, MESSAGES, 50):
        await send(database, *texts[first : first + 50])
    return set(texts)
