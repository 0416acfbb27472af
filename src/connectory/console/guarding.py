"""Around every page: headers that let nothing run or load from elsewhere, and honest errors."""

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectory.api.envelope import correlation_id
from connectory.console.rendering import rendered
from connectory.telemetry import CORRELATION

log = structlog.get_logger()

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Guarded:
    """Pages with these headers, unless they say something stricter themselves; one that breaks
    says so without a word of why."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation = correlation_id(scope)
        scope["connectory.correlation"] = correlation
        token, begun = CORRELATION.set(correlation), False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                headers["x-correlation-id"] = correlation
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            log.exception("page.failed", path=scope["path"])
            if begun:
                raise
            broken = rendered(
                Request(scope), "error.html", 500, code=500, title="Something broke",
                text="This is our fault. It is in the platform's log under the number below.",
                number=correlation,
            )  # fmt: skip
            await broken(scope, receive, sending)
        finally:
            CORRELATION.reset(token)
