"""The gateway: an ASGI application in front of all deployed applications."""

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from connectory.errors import EndpointNotFoundError
from connectory.hosting.gateway import headers
from connectory.hosting.gateway.errors import ApplicationUnavailableError
from connectory.hosting.gateway.inbound import Counted, Receive, Send
from connectory.hosting.gateway.open_routes import OpenRoutes, Scope
from connectory.hosting.lease import Lease
from connectory.hosting.lines import LogType, Said, Severity
from connectory.hosting.logbook import LogBook, Source
from connectory.hosting.routes import Route
from connectory.hosting.sites import Site, Sites
from connectory.hosting.supervisor import Supervisor
from connectory.settings import Settings

# the HTTP client takes a quarter of a second to load: not before the first request
if TYPE_CHECKING:
    from connectory.hosting.gateway.exchange import Connected
    from connectory.hosting.gateway.pools import Pools


class Gateway:
    """Forwards what comes in on a route to its application."""

    def __init__(
        self,
        settings: Settings,
        open_routes: OpenRoutes,
        supervisor: Supervisor,
        logbook: LogBook,
        sites: Sites | None = None,
    ) -> None:
        self._settings = settings
        self._routes = open_routes
        self._supervisor = supervisor
        self._logbook = logbook
        self._sites = sites
        self._scheme = urlsplit(settings.origin).scheme if settings.domain else "http"

    @cached_property
    def pools(self) -> "Pools":
        from connectory.hosting.gateway.pools import Pools

        return Pools()

    async def stop(self) -> None:
        await self.pools.close()

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
        site = self._sites.find(route.application_id) if self._sites is not None else None
        if site is not None:
            await self._static(site, scope, receive, send, route)
        else:
            await self._forward(scope, receive, send, route)

    async def _static(
        self, site: Site, scope: Scope, receive: Receive, send: Send, route: Route
    ) -> None:
        """Static files are the platform's own to answer: nothing of the application runs."""
        began = time.monotonic()
        counted = Counted(send)
        try:
            await site.answer(scope, receive, counted)
        finally:
            self._log(route, scope, counted.status, began, 0, counted.sent)

    async def _forward(self, scope: Scope, receive: Receive, send: Send, route: Route) -> None:
        from connectory.hosting.gateway.exchange import Exchange

        began = time.monotonic()
        exchange = Exchange(scope, receive, send, route.application_name)
        lease = await self._supervisor.lease(route.application_id)
        try:
            if lease is None:
                why = self._supervisor.why(route.application_id)
                await exchange.refuse(ApplicationUnavailableError(route.application_name, why))
            else:
                seconds = self._settings.request_timeout
                await exchange.run(self._way(lease), self._scheme, seconds)
        finally:
            if lease is not None:
                lease.end()
            received, sent = exchange.inbound.received, exchange.sent
            self._log(route, scope, exchange.status, began, received, sent)

    async def _socket(
        self, scope: Scope, receive: Receive, send: Send, route: Route | None
    ) -> None:
        from connectory.hosting.gateway.sockets import SocketExchange

        began = time.monotonic()
        exchange = SocketExchange(scope, receive, send)
        lease = await self._supervisor.lease(route.application_id) if route else None
        try:
            if lease is None:
                await receive()
                await exchange.refuse(503 if route else 404)
            else:
                seconds = self._settings.request_timeout
                await exchange.run(self._way(lease), self._scheme, seconds, lease.recalled)
        finally:
            if lease is not None:
                lease.end()
            if route is not None:
                received, sent = exchange.received, exchange.sent
                self._log(route, scope, exchange.status, began, received, sent)

    def _way(self, lease: Lease) -> "Connected":
        from connectory.hosting.gateway.exchange import Connected

        return Connected(self.pools.session(lease.door), lease.door.address)

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
