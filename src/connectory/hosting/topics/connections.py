"""The connections to all event applications: taken, kept between requests, left to themselves."""

import asyncio
import socket
import time
from collections import defaultdict

from connectory.hosting.backends import Door
from connectory.hosting.topics.connection import Answer, BrokenError, Connection
from connectory.hosting.topics.policy import ACKNOWLEDGED_WITHIN, REQUEST_MAY_TAKE

IDLE = 3.0
"""Seconds an idle connection is kept: less than the 5 s after which Node closes it."""
CONNECT = 5.0
LINGERING = 256
"""Requests that may go on after their message was decided; the longest one makes room."""


class UnreachableError(Exception):
    """Nothing was sent: no connection could be made."""


class Connections:
    """Used on the home loop only."""

    def __init__(
        self, within: float = ACKNOWLEDGED_WITHIN, longest: float = REQUEST_MAY_TAKE
    ) -> None:
        self._within = within
        self._longest = longest
        self._idle: defaultdict[Door, list[Connection]] = defaultdict(list)
        self._doors: dict[Connection, Door] = {}
        self._lingering: dict[Connection, asyncio.TimerHandle] = {}

    async def ask(self, door: Door, request: bytes) -> Answer:
        """What the application answers within 10 s; its request may go on for 5 minutes.

        Raises ``UnreachableError`` when nothing was sent, ``BrokenError`` when the connection
        ended without an answer.
        """
        connection = self._kept(door) or await self._opened(door)
        try:
            return await connection.ask(request, self._within)
        except asyncio.CancelledError:
            connection.close()
            raise

    def sweep(self) -> None:
        """Close what has been idle for too long."""
        before = time.monotonic() - IDLE
        for door, idle in tuple(self._idle.items()):
            for one in [one for one in idle if one.idle_since < before]:
                one.close()
            if not idle:
                del self._idle[door]

    def close(self) -> None:
        for one in tuple(self._doors):
            one.close()
        for timer in self._lingering.values():
            timer.cancel()

    def _kept(self, door: Door) -> Connection | None:
        """The one used last: the others may rest until they are closed."""
        idle, before = self._idle.get(door), time.monotonic() - IDLE
        while idle:
            connection = idle.pop()
            if connection.idle_since >= before and connection.open:
                return connection
            connection.close()
        return None

    async def _opened(self, door: Door) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT):
                opened = await _connected(door)
                _, connection = await loop.create_connection(lambda: Connection(self), sock=opened)
        except (OSError, TimeoutError) as problem:
            raise UnreachableError(str(problem)) from None
        self._doors[connection] = door
        return connection

    def left(self, connection: Connection) -> None:
        if len(self._lingering) >= LINGERING:
            longest = next(iter(self._lingering))
            self._linger_no_longer(longest)
            longest.close()
        rest = self._longest - self._within
        later = asyncio.get_running_loop().call_later(rest, connection.close)
        self._lingering[connection] = later

    def done(self, connection: Connection) -> None:
        self._linger_no_longer(connection)
        self._idle[self._doors[connection]].append(connection)

    def lost(self, connection: Connection) -> None:
        self._linger_no_longer(connection)
        door = self._doors.pop(connection, None)
        idle = self._idle.get(door) if door is not None else None
        if idle and connection in idle:
            idle.remove(connection)

    def _linger_no_longer(self, connection: Connection) -> None:
        if timer := self._lingering.pop(connection, None):
            timer.cancel()


async def _connected(door: Door) -> socket.socket:
    loop = asyncio.get_running_loop()
    opened = door.open_socket() if door.open_socket else socket.socket()
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(opened, door.address)
    except BaseException:
        opened.close()
        raise
    return opened


__all__ = ["Answer", "BrokenError", "Connections", "UnreachableError"]
