"""Where ``connectory logs`` reads from: a data directory, or a platform far away."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from sqlalchemy import Connection, select

from connectory.cli.screen import person
from connectory.client import ClientError, basic, send
from connectory.database import Database
from connectory.deployments.store import deployments
from connectory.hosting.log_search import LogPage, search
from connectory.hosting.log_text import Entry
from connectory.hosting.log_wanted import Wanted
from connectory.wire import encode

AT_ONCE = 500
LOOK_EVERY = 0.5
"""Seconds between two looks at a database that other processes write to."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds before a lost connection is tried again."""
SILENCE = 60
"""Seconds without a sign of life after which a connection is lost."""
FOR_GOOD = (400, 401, 403, 404)
"""Answers after which trying again helps nobody."""
LONGEST_LINE = 1 << 20
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Page(NamedTuple):
    """Oldest first. ``next`` is where to read on, "" at the end; ``end`` is the place behind all
    there is."""

    entries: tuple[Entry, ...]
    next: str
    end: str


class Event(NamedTuple):
    kind: str
    place: str
    data: str


class Place(Protocol):
    """The log of one Deployment. Raises ``ClientError``."""

    async def newest(self, wanted: Wanted, most: int) -> Page:
        """The last of what is wanted."""

    async def onward(self, wanted: Wanted, at: str) -> Page:
        """What is wanted behind a place, from the beginning on for ""."""

    def following(self, wanted: Wanted, at: str) -> AsyncIterator[Entry]:
        """What comes behind a place, until the Deployment is gone."""


class Here:
    """The database of a platform on this machine, running or stopped."""

    def __init__(self, database: Database, deployment_id: str) -> None:
        self._database = database
        self._id = deployment_id

    async def newest(self, wanted: Wanted, most: int) -> Page:
        page = await self._database.read(
            lambda c: search(c, self._id, wanted, limit=most, newest_first=True)
        )
        return _page(page._replace(entries=page.entries[::-1]))

    async def onward(self, wanted: Wanted, at: str) -> Page:
        return _page(await self._database.read(lambda c: search(c, self._id, wanted, at, AT_ONCE)))

    async def following(self, wanted: Wanted, at: str) -> AsyncIterator[Entry]:
        while await self._database.read(lambda c: _exists(c, self._id)):
            version = self._database.data_version()
            page = await self.onward(wanted, at)
            at = page.next or page.end
            for one in page.entries:
                yield one
            if not page.next:
                await self._changed(version)

    async def _changed(self, version: int | None) -> None:
        await asyncio.sleep(LOOK_EVERY)
        # another process writes, and cannot tell us
        while version is not None and self._database.data_version() == version:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY)


class Far:
    """A platform that is asked over HTTP, as one of its people."""

    def __init__(self, url: str, named: str, project: str | None, user: str, secret: str) -> None:
        which = named if UUID.fullmatch(named) else f"key={quote(named, safe='')}"
        self._url = f"{url.rstrip('/')}/platform/deployments/{which}/log"
        self._project = project
        self._headers = basic(user, secret)

    async def newest(self, wanted: Wanted, most: int) -> Page:
        page = await self._read(self._query(wanted, order="newest", limit=most))
        return page._replace(entries=page.entries[::-1])

    async def onward(self, wanted: Wanted, at: str) -> Page:
        return await self._read(self._query(wanted, pageToken=at, limit=AT_ONCE))

    async def following(self, wanted: Wanted, at: str) -> AsyncIterator[Entry]:
        pause = FIRST_PAUSE
        while True:
            try:
                async for event in self._events(self._query(wanted, pageToken=at)):
                    pause, at = FIRST_PAUSE, event.place or at
                    if event.kind == "over":
                        return
                    if event.kind == "entry":
                        yield msgspec.json.decode(event.data)
            except (aiohttp.ClientError, TimeoutError) as problem:
                person.print(f"The connection was lost, trying again: {problem}", style="dim")
                pause = min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _events(self, query: str) -> AsyncIterator[Event]:
        timeout = aiohttp.ClientTimeout(total=None, sock_read=SILENCE)
        async with (
            aiohttp.ClientSession(timeout=timeout, read_bufsize=LONGEST_LINE) as session,
            session.get(f"{self._url}/stream?{query}", headers=self._headers) as answer,
        ):
            if answer.status in FOR_GOOD:
                raise ClientError(answer.status, _message(await answer.read()))
            answer.raise_for_status()
            fields = dict[str, str]()
            async for raw in answer.content:
                name, _, value = raw.decode().rstrip("\r\n").partition(": ")
                if name:
                    fields[name] = value
                    continue
                yield Event(fields.get("event", ""), fields.get("id", ""), fields.get("data", ""))
                fields.clear()

    async def _read(self, query: str) -> Page:
        async with aiohttp.ClientSession() as session:
            url = f"{self._url}?{query}"
            found = await send(session, "GET", url, None, self._headers, dict[str, Any])
        return Page(tuple(found["data"]), found["next"], found["end"])

    def _query(self, wanted: Wanted, **how: str | int) -> str:
        given = {
            "applicationName": wanted.application,
            "severity": wanted.severity,
            "text": wanted.text,
            "startDate": wanted.start,
            "projectKey": self._project,
            **how,
        }
        return urlencode({name: value for name, value in given.items() if value})


def here(database: Database, named: str, project: str | None) -> Here:
    """The Deployment with this id or key. Raises ``ClientError``."""
    return Here(database, database.read_blocking(lambda c: _id_of(c, named, project)))


def _id_of(connection: Connection, named: str, project: str | None) -> str:
    column = deployments.c.id if UUID.fullmatch(named) else deployments.c.key
    found = connection.execute(
        select(deployments.c.id, deployments.c.project_key).where(column == named)
    ).all()
    ours = [one for one in found if project in {None, one.project_key}]
    if not ours:
        raise ClientError(404, f"There is no Deployment '{named}'.")
    if len(ours) > 1:
        known = ", ".join(sorted(one.project_key for one in ours))
        raise ClientError(400, f"Several Projects have '{named}': give --project, one of {known}.")
    return str(ours[0].id)


def _exists(connection: Connection, deployment_id: str) -> bool:
    this = select(deployments.c.id).where(deployments.c.id == deployment_id)
    return connection.execute(this).first() is not None


def _page(page: LogPage) -> Page:
    return Page(msgspec.json.decode(encode(page.entries), type=tuple), page.next, page.end)


def _message(body: bytes) -> str:
    try:
        return str(msgspec.json.decode(body, type=dict[str, Any])["message"])
    except (msgspec.DecodeError, KeyError):
        return body[:200].decode(errors="replace")
