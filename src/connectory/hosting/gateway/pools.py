"""Connections to applications, kept open between requests: one pool for each of them."""

import asyncio
from collections.abc import Callable

import aiohttp

from connectory.hosting.backends import Door

IDLE = 3.0
"""Seconds an idle connection to an application is kept: less than the 5 s after which Node closes
it, or a request would now and then meet a closing connection."""
HEAD = 64 * 1024
"""Bytes one line or field of an answer's head may have."""


class Pools:
    """Used on the home loop only."""

    def __init__(self) -> None:
        self._sessions: dict[str, tuple[Door, aiohttp.ClientSession]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def session(self, application_id: str, door: Door) -> aiohttp.ClientSession:
        """The pool of this instance; the one of an earlier instance is closed."""
        known = self._sessions.get(application_id)
        if known is not None and known[0] is door:
            return known[1]
        self.drop(application_id)
        session = _session(door)
        self._sessions[application_id] = (door, session)
        return session

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Close the pools of all other applications."""
        for application_id in tuple(self._sessions):
            if not wanted(application_id):
                self.drop(application_id)

    def drop(self, application_id: str) -> None:
        known = self._sessions.pop(application_id, None)
        if known is not None:
            closing = asyncio.create_task(known[1].close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        self.keep(lambda _: False)
        await asyncio.gather(*self._closing)


def _session(door: Door) -> aiohttp.ClientSession:
    open_socket = door.open_socket
    factory = None if open_socket is None else lambda _: open_socket()
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE, socket_factory=factory),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        max_line_size=HEAD,
        max_field_size=HEAD,
    )
