"""The npm registry as programs in a REGISTRY sandbox see it: plain HTTP on their own loopback.

A tunnel and a TLS handshake for each package cost more than the package. Here a program's requests
share the platform's connections to the one registry that is configured, and a published tarball,
which never changes, is downloaded once. It leads nowhere else.
"""

import asyncio
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from connectory.sandbox.model import Close
from connectory.sandbox.own_loop import OwnLoop
from connectory.sandbox.tarballs import Tarballs

if TYPE_CHECKING:
    from aiohttp.web import Server

    from connectory.sandbox.desk import Desk

FRONT_PORT = 3129


class Front:
    """Serves every sandbox of a platform from a thread of its own."""

    def __init__(self, registry: str, tarballs: Tarballs, ca_file: Path | None) -> None:
        self._what = registry, tarballs, ca_file
        self._desk: Desk | None = None
        self.tarballs = tarballs
        self.loop = OwnLoop("registry-front")

    async def serve(self, listener: socket.socket) -> Close:
        """Answer one sandbox; any loop may begin and end it."""
        door = Door(self)
        await door.serve(listener)
        return door.close

    async def stop(self) -> None:
        if self._desk is not None:
            await self.loop.call(self._desk.close())
        await asyncio.to_thread(self.loop.close)

    def desk(self) -> "Desk":
        """Call it on the front's own loop."""
        from connectory.sandbox.desk import Desk

        if self._desk is None:
            self._desk = Desk(*self._what)
        return self._desk


class Door:
    """Where one sandbox comes in."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._http: Server | None = None
        self._listening: asyncio.Server | None = None

    async def serve(self, listener: socket.socket) -> None:
        await self._front.loop.call(self._serve(listener))

    async def close(self) -> None:
        await self._front.loop.call(self._close())

    async def _serve(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        self._http = self._front.desk().server()
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._http, sock=listener)

    async def _close(self) -> None:
        if self._listening is not None:
            self._listening.close()
        if self._http is not None:
            await self._http.shutdown(0)
