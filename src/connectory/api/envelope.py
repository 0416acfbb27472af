"""Around every request: the correlation id, the count, and an answer to whatever went wrong."""

import random
import re
import time

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from connectory.api.answers import error_answer, method_refused
from connectory.api.context import Context
from connectory.api.observing import observe
from connectory.api.routing import Addresses, Resource
from connectory.errors import ConnectError, GeneralError
from connectory.telemetry import CORRELATION

log = structlog.get_logger()

HEADER = b"x-correlation-id"
PRINTABLE = re.compile(rb"[\x21-\x7e]{1,256}")


class Envelope:
    """The ASGI application over some addresses; handlers find ``context`` in ``request.app``.

    Nothing of a framework stands between it and a handler: no other layer could answer, or fail,
    in a shape that is not the contract's.
    """

    def __init__(self, addresses: Addresses, context: Context) -> None:
        self._addresses = addresses
        self.context = context

    @property
    def routes(self) -> tuple[Resource, ...]:
        return self._addresses.resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        scope["app"] = self
        began, correlation = time.monotonic(), correlation_id(scope)
        scope["connectory.correlation"] = correlation
        token = CORRELATION.set(correlation)
        try:
            response = await self._answered(Request(scope, receive))
            response.raw_headers.append((HEADER, correlation.encode()))
            observe(scope, response.status_code, time.monotonic() - began)
            await response(scope, receive, send)
        finally:
            CORRELATION.reset(token)

    async def _answered(self, request: Request) -> Response:
        try:
            return await self._routed(request)
        except (ConnectError, ExceptionGroup) as error:
            return _told(request, error)
        except ClientDisconnect:
            # nobody reads this
            return Response(status_code=499)
        except Exception as error:
            return _ours(request, error)

    async def _routed(self, request: Request) -> Response:
        scope = request.scope
        method = scope["method"]
        found, values = self._addresses.find(scope["path"], method)
        handler = found.handler(method)
        if handler is None:
            return method_refused(method, found.allowed)
        scope["path_params"] = values
        scope["connectory.path"] = found.path
        scope["connectory.handler"] = handler
        return await handler(request)


def _told(request: Request, error: Exception) -> Response:
    """The client's fault, in the contract's shape; a group may hold one of ours, which wins."""
    try:
        return error_answer(error)
    except Exception as other:
        return _ours(request, other)


def _ours(request: Request, error: Exception) -> Response:
    scope = request.scope
    log.error("request.failed", method=scope["method"], path=scope["path"], exc_info=error)
    return error_answer(GeneralError())


def correlation_id(scope: Scope) -> str:
    """The client's, echoed as it came when it is printable, else a new one."""
    for name, value in scope["headers"]:
        if name == HEADER and PRINTABLE.fullmatch(value):
            return str(value, "latin-1")
    # tells requests apart and keeps no secret: not worth a call of the system
    return f"connectory-{random.getrandbits(128):032x}"
