"""The gateway: an ASGI application in front of all deployed applications."""

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from connectory.errors import EndpointNotFoundError
from connectory.hosting.gateway import headers
from connectory.hosting.gateway.errors import ApplicationUnavailableError
from connectory.hosting.gateway.inbound import Receive, Send
from connectory.hosting.gateway.open_routes import OpenRoutes, Scope
from connectory.hosting.lines import LogType, Said, Severity
from connectory.hosting.logbook import LogBook, Source
from connectory.hosting.routes import Route
from connectory.hosting.supervisor import Supervisor
from connectory.settings import Settings

# the HTTP client takes a quarter of a second to load: not before the first request
if TYPE_CHECKING:
    from connectory.hosting.gateway.exchange import Connected
    from connectory.hosting.gateway.pools import Pools


class Gateway:
    """Forwards what comes in on a route to its application."""

    def __init__(
        self, settings: Settings, open_routes: OpenRoutes, supervisor: Supervisor, logbook: LogBook
    ) -> None:
        self._settings = settings
        self._routes = open_routes
        self._supervisor = supervisor
        self._logbook = logbook
        self._scheme = urlsplit(settings.origin).scheme if settings.domain else "http"

    @cached_property
    def _pools(self) -> "Pools":
        from connectory.hosting.gateway.pools import Pools

        return Pools()

    async def stop(self) -> None:
        await self._pools.close()

    def route_for(self, scope: Scope) -> Route | None:
        """The route a request came in on: by its port, or by its host name with a domain."""
        server = scope.get("server") or ("", 0)
        return self._routes.at_port(server[1] or 0) or self._routes.at_host(scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI; http and websocket scopes."""
        from connectory.hosting.gateway.exchange import Exchange

        route = self.route_for(scope)
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, route)
        elif route is None:
            missing = EndpointNotFoundError(scope["path"])
            await Exchange(scope, receive, send, "").refuse(missing)
        else:
            await self._http(scope, receive, send, route)

    async def _http(self, scope: Scope, receive: Receive, send: Send, route: Route) -> None:
        from connectory.hosting.gateway.exchange import Exchange

        began = time.monotonic()
        exchange = Exchange(scope, receive, send, route.application_name)
        try:
            way = await self._connected(route)
            if way is None:
                phase = self._supervisor.phase(route.application_id)
                await exchange.refuse(ApplicationUnavailableError(route.application_name, phase))
            else:
                seconds = self._settings.request_timeout
                await exchange.run(way, self._scheme, seconds)
        finally:
            received, sent = exchange.inbound.received, exchange.sent
            self._log(route, scope, exchange.status, began, received, sent)

    async def _socket(
        self, scope: Scope, receive: Receive, send: Send, route: Route | None
    ) -> None:
        from connectory.hosting.gateway.sockets import SocketExchange

        began = time.monotonic()
        exchange = SocketExchange(scope, receive, send)
        way = await self._connected(route) if route else None
        if route is None or way is None:
            await receive()
            await exchange.refuse(503 if route else 404)
        else:
            seconds = self._settings.request_timeout
            await exchange.run(way, self._scheme, seconds)
        if route is not None:
            self._log(route, scope, exchange.status, began, exchange.received, exchange.sent)

    async def _connected(self, route: Route) -> "Connected | None":
        """The way to the route's application, once it is there; None when it is not running."""
        from connectory.hosting.gateway.exchange import Connected

        door = await self._supervisor.door(route.application_id)
        if door is None:
            self._pools.keep(lambda one: one in self._supervisor.running)
            return None
        return Connected(self._pools.session(route.application_id, door), door.address)

    def _log(
        self, route: Route, scope: Scope, status: int, began: float, received: int, sent: int
    ) -> None:
        """The query stays out: it carries tokens and personal data."""
        latency = round((time.monotonic() - began) * 1000, 1)
        # requestMethod, requestUrl, status and userAgent are what the official CLI prints
        details: dict[str, Any] = {
            "requestMethod": scope.get("method", "GET"),
            "requestUrl": scope["raw_path"].decode("latin-1"),
            "status": status,
            "latencyMs": latency,
            "userAgent": headers.first(scope["headers"], b"user-agent"),
            "requestBytes": received,
            "responseBytes": sent,
        }
        source = Source(route.deployment_id, route.application_name)

        self._logbook.entry(
            source,
            lambda masking: Said(
                LogType.HTTP_REQUEST,
                severity(status),
                masking.masked(msgspec.json.encode(details).decode()),
            ),
        )


def severity(status: int) -> Severity:
    """How a request log counts its status: the application's failures are errors."""
    if status >= 500 or status == 0:
        return Severity.ERROR
    return Severity.WARNING if status >= 400 else Severity.INFO
