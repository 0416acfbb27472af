"""From a source into a topic: what was pulled is stored, and only then acknowledged there."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, select

from connectory.database import Database
from connectory.deployments.store import deployments
from connectory.hosting.topics.publisher import publish
from connectory.hosting.topics.sources.aws import AwsPuller
from connectory.hosting.topics.sources.google import GooglePuller
from connectory.hosting.topics.sources.model import GooglePubSub, Puller, Source, sources
from connectory.hosting.topics.store import Topic, topic_of, topics_of
from connectory.settings import Settings

T = TypeVar("T")

log = structlog.get_logger()

FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0
"""Seconds after a mishap, and until a topic that is not there is looked for again."""


class Sources:
    """Pulls while it is started."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Raises ``SettingsError``."""
        self._database = database
        self._sources = sources(settings.event_sources)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._pull_forever(name, source))
            for name, source in self._sources.items()
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pull_forever(self, name: str, source: Source) -> None:
        delay = FIRST_DELAY
        while True:
            began = time.monotonic()
            try:
                puller = await in_thread(lambda: opened(source))
                try:
                    await self._pull_while_good(name, puller)
                finally:
                    puller.close()
            except ImportError:
                log.exception("source.not_installed", source=name, extra="sources")
                return
            except Exception as problem:
                log.warning("source.failed", source=name, problem=_said(problem))
            if time.monotonic() - began > LONGEST_DELAY:
                delay = FIRST_DELAY
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _pull_while_good(self, name: str, puller: Puller) -> None:
        """Raises whatever the source says."""
        delay = FIRST_DELAY
        while True:
            topic = await self._database.read(partial(named, name=name))
            if topic is not None:
                await self._pull(puller, topic)
                delay = FIRST_DELAY
            else:
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)

    async def _pull(self, puller: Puller, topic: Topic) -> None:
        pulled = await in_thread(puller.pull)
        if pulled:
            await publish(self._database, topic.application_id, [one.message for one in pulled])
            await in_thread(lambda: puller.acknowledge([one.receipt for one in pulled]))


def opened(source: Source) -> Puller:
    """Raises ``ImportError`` without the extra ``sources``."""
    return GooglePuller(source) if isinstance(source, GooglePubSub) else AwsPuller(source)


def named(connection: Connection, name: str) -> Topic | None:
    """The topic that a setting names, if there is one now."""
    if "/" not in name:
        return topic_of(connection, name)
    project, key, application = name.split("/")
    wanted = select(deployments.c.id).where(
        deployments.c.project_key == project, deployments.c.key == key
    )
    id_ = connection.execute(wanted).scalar()
    found = topics_of(connection, id_) if id_ else ()
    return next((one for one in found if one.application_name == application), None)


async def in_thread(work: Callable[[], T]) -> T:
    """Not of a pool: a request that waits for messages must keep neither others nor the end of the
    program waiting."""
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def tell(call: Callable[[Any], None], value: object) -> None:
        if not done.done():
            call(value)

    def run() -> None:
        try:
            outcome: tuple[Callable[[Any], None], Any] = (done.set_result, work())
        except Exception as problem:
            outcome = (done.set_exception, problem)
        with contextlib.suppress(RuntimeError):  # the loop is gone, and who waited with it
            loop.call_soon_threadsafe(tell, *outcome)

    threading.Thread(target=run, name="source", daemon=True).start()
    return await done  # type: ignore[no-any-return]


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:500]
