"""Connections to applications, kept open between requests: one pool for each instance."""

import asyncio

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
        self._sessions: dict[Door, aiohttp.ClientSession] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def session(self, door: Door) -> aiohttp.ClientSession:
        """The pool of this instance, closed when its door is."""
        known = self._sessions.get(door)
        if known is None:
            known = self._sessions[door] = _session(door)
            door.when_closed(lambda: self._drop(door))
        return known

    def _drop(self, door: Door) -> None:
        session = self._sessions.pop(door, None)
        if session is not None:
            closing = asyncio.create_task(session.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        for door in tuple(self._sessions):
            self._drop(door)
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
