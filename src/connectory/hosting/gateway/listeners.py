"""A listening socket for every route with a port of its own."""

import asyncio
import socket
from collections.abc import Collection
from functools import partial
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from connectory.hosting.gateway.gateway import Gateway
from connectory.hosting.gateway.inbound import LARGEST_MESSAGE
from connectory.hosting.gateway.open_routes import OpenRoutes
from connectory.hosting.home import Home
from connectory.hosting.routes import Route, listening_socket
from connectory.sandbox.model import Close
from connectory.settings import Settings

log = structlog.get_logger()

BACKLOG = 1024
KEEP_ALIVE = 75
RETRIES = (1.0, 5.0, 25.0)
"""Seconds before each further try to get a port that another program has taken."""
HEAD = 512 * 1024
"""Bytes a request's head may have, with what came along in the same packets."""
LAST_WORDS = 2.0
"""Seconds for answers under way when a listener closes."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's, which by itself takes a head of any size."""

    _head = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Head and body of an answer are written one after the other: asyncio's own loop would let
        the second wait 40 ms for the client to say that it has the first."""
        if (connection := transport.get_extra_info("socket")) is not None:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
            if self._head > HEAD:
                self.send_400_response("The request's head is too large.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._head, self._in_head = 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()


class Listener:
    """One open port."""

    def __init__(self, server: asyncio.Server, state: ServerState) -> None:
        self._server = server
        self._state = state

    async def close(self) -> None:
        """Take nothing new, let answers under way finish for a moment, then cut."""
        self._server.close()
        for connection in tuple(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(tuple(self._state.tasks), timeout=LAST_WORDS)
        for task in tuple(self._state.tasks):
            task.cancel()
        for connection in tuple(self._state.connections):
            connection.transport.abort()


class Listeners:
    """Opened and closed as routes come and go. Awaitable from any loop, like the supervisor."""

    def __init__(self, settings: Settings, open_routes: OpenRoutes, gateway: Gateway) -> None:
        self._settings = settings
        self._routes = open_routes
        self._gateway = gateway
        self._listening: dict[str, Listener] = {}
        self._retrying: dict[str, asyncio.Task[None]] = {}
        self._home = Home()
        self._config = uvicorn.Config(
            gateway,
            http=BoundedProtocol,
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE,
        )

    async def start(self) -> None:
        """Makes the calling loop the home."""
        self._home.settle()
        self._config.load()

    async def stop(self) -> None:
        for task in self._retrying.values():
            task.cancel()
        await asyncio.gather(*(self._close(route) for route in tuple(self._routes)))

    async def inside(self, opened: socket.socket) -> Close:
        """Answer on a socket that listens inside a sandbox as on our own of the same port."""
        listener = await self._home.run(self._serve(opened))
        return lambda: self._home.run(listener.close())

    async def open(self, route: Route) -> None:
        """From now on the route answers; nothing happens when it does already.

        Raises ``OSError`` when another program has its port.
        """
        await self._home.run(self._open(route))

    async def restore(self, route: Route) -> None:
        """``open`` for a route that answered before: a taken port is tried again, never raised."""
        await self._home.run(self._restore(route))

    async def close(self, deployment_id: str) -> None:
        """No route of the Deployment answers any more."""
        await self._home.run(self._close_all(deployment_id))

    async def close_all_but(self, deployment_id: str, application_ids: Collection[str]) -> None:
        """Only the routes of these applications of the Deployment answer from now on."""
        await self._home.run(self._close_all(deployment_id, application_ids))

    async def _open(self, route: Route) -> None:
        if route.port is not None and route.application_id not in self._listening:
            opened = listening_socket(self._settings.host, route.port)
            self._listening[route.application_id] = await self._serve(opened)
        self._routes.add(route)

    async def _serve(self, opened: socket.socket) -> Listener:
        opened.setblocking(False)
        state, loop = ServerState(), asyncio.get_running_loop()
        no_state: dict[str, Any] = {}
        protocol = partial(BoundedProtocol, self._config, state, no_state, loop)
        server = await loop.create_server(protocol, sock=opened, backlog=BACKLOG)
        return Listener(server, state)

    async def _restore(self, route: Route) -> None:
        try:
            await self._open(route)
        except OSError as problem:
            log.warning("route.port_taken", port=route.port, problem=str(problem))
            self._routes.add(route)
            retry = asyncio.create_task(self._retry(route))
            self._retrying[route.application_id] = retry

    async def _retry(self, route: Route) -> None:
        for delay in RETRIES:
            await asyncio.sleep(delay)
            try:
                await self._open(route)
            except OSError as problem:
                log.warning("route.port_taken", port=route.port, problem=str(problem))
            else:
                log.info("route.port_regained", port=route.port)
                return
        log.critical("route.given_up", port=route.port, application=route.application_name)

    async def _close_all(self, deployment_id: str, but: Collection[str] = ()) -> None:
        closing = [one for one in self._routes.of(deployment_id) if one.application_id not in but]
        await asyncio.gather(*map(self._close, closing))

    async def _close(self, route: Route) -> None:
        self._routes.remove(route)
        if retry := self._retrying.pop(route.application_id, None):
            retry.cancel()
        if listener := self._listening.pop(route.application_id, None):
            await listener.close()
