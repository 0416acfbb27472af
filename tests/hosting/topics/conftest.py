"""Topics over real databases and sockets, without a platform around them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.conftest import database as of_each_kind
from tests.hosting.topics.receiver import Doors

import connectory.main  # noqa: F401 - every table declares itself
from connectory.connectors.model import RetryPolicy
from connectory.database import Database, open_database
from connectory.hosting.logbook import LogBook
from connectory.hosting.topics import Topic, Topics, declare_topics, publish
from connectory.hosting.topics.connections import Connections
from connectory.hosting.topics.inspecting import counts_of
from connectory.hosting.topics.model import Message
from connectory.settings import Settings

AT_ONCE = RetryPolicy(strategy="immediate")


def topic(
    application_id: str = "app", policy: RetryPolicy | None = AT_ONCE, endpoint: str = "/event"
) -> Topic:
    return Topic(
        application_id,
        "deployment",
        application_id,
        f"event-{application_id}",
        "connectory-demo",
        endpoint,
        policy,
    )


def at_most(attempts: int) -> RetryPolicy:
    """Fast retries, so many of them."""
    return RetryPolicy(
        strategy="exponential-backoff",
        min_backoff_seconds=0,
        max_backoff_seconds=0,
        max_attempts=attempts,
    )


# hosting's own tests have SQLite only
database = of_each_kind


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Applications of these tests that do not answer never will."""
    monkeypatch.setattr("connectory.hosting.topics.dispatcher.LAST_ANSWERS", 0.01)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    opened = open_database("", tmp_path / "data")
    yield opened
    opened.close()


async def declare(database: Database, *declared: Topic) -> None:
    await database.write(lambda c: declare_topics(c, "deployment", declared))


async def send(database: Database, *texts: str, to: str = "app") -> tuple[str, ...]:
    return await publish(database, to, [Message(one.encode()) for one in texts])


@asynccontextmanager
async def delivering(
    database: Database,
    doors: Doors,
    connections: Connections | None = None,
    logbook: LogBook | None = None,
    **changed: int,
) -> AsyncIterator[Topics]:
    said = logbook or LogBook(database, 30)
    topics = Topics(replace(Settings(), **changed), database, doors, said, connections)
    await topics.start()
    try:
        yield topics
    finally:
        await topics.stop()
        assert not doors.open


async def until(true: Callable[[], bool | Awaitable[bool]], seconds: float = 300) -> None:
    """Returns once it is so, however busy the machine is."""
    async with asyncio.timeout(seconds):
        while True:
            found = true()
            if found is True or (not isinstance(found, bool) and await found):
                return
            await asyncio.sleep(0.01)


async def left(database: Database, application_id: str = "app") -> tuple[int, int]:
    """How many messages wait and are dead."""
    found = await database.read(lambda c: counts_of(c, application_id))
    return found.waiting, found.dead


async def until_empty(database: Database, application_id: str = "app") -> None:
    async def empty() -> bool:
        return await left(database, application_id) == (0, 0)

    await until(empty)
