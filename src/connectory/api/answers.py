"""Answers: JSON bodies, errors in the contract's shape, the correlation id."""

import re
import time
import uuid
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectory.api.observing import observe
from connectory.connectors.store import Selection
from connectory.errors import (
    ConnectError,
    EndpointNotFoundError,
    GeneralError,
    InvalidJsonInputError,
    MethodNotAllowedError,
    render,
)
from connectory.wire import Page, encode

log = structlog.get_logger()

CORRELATION = "x-correlation-id"
PRINTABLE = re.compile(r"[\x21-\x7e]{1,256}")


def answer(document: Any, status: int = 200) -> Response:
    return Response(encode(document), status, media_type="application/json")


def page(selection: Selection, limit: int, offset: int) -> Response:
    documents = selection.documents
    return answer(
        Page(
            limit=limit,
            offset=offset,
            count=len(documents),
            total=selection.total,
            results=documents,
        )
    )


def error_answer(error: Exception) -> Response:
    status, document = render(error)
    response = answer(document, status)
    if status == 401:
        response.headers["www-authenticate"] = "Bearer"
    if status == 413:
        # what is still to come is not read
        response.headers["connection"] = "close"
    return response


def known_error(_request: Request, error: Exception) -> Response:
    return error_answer(error)


def framework_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals, in the contract's shape."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        response = error_answer(MethodNotAllowedError(request.method, allowed))
        response.headers["allow"] = allowed
        return response
    if error.status_code == 404:
        return error_answer(EndpointNotFoundError(request.url.path))
    return error_answer(InvalidJsonInputError(error.detail))


def gone(_request: Request, _error: Exception) -> Response:
    """The client left: nobody reads this."""
    return Response(status_code=499)


HANDLERS: dict[Any, Any] = {
    ConnectError: known_error,
    ExceptionGroup: known_error,
    HTTPException: framework_error,
    ClientDisconnect: gone,
}


class Envelope:
    """Around every request: the correlation id, and the last resort for our own faults."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation = correlation_id(scope)
        began = time.monotonic()
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                observe(scope, message["status"], time.monotonic() - began)
                echo = (CORRELATION.encode(), correlation.encode())
                message["headers"] = [*message.get("headers", ()), echo]
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation=correlation):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                log.exception("request.failed", method=scope["method"], path=scope["path"])
                if not started:
                    await error_answer(GeneralError())(scope, receive, send_with_id)


def correlation_id(scope: Scope) -> str:
    """The client's, echoed as it came when it is printable, else a new one."""
    for name, value in scope["headers"]:
        if name == CORRELATION.encode() and PRINTABLE.fullmatch(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return f"connectory-{uuid.uuid4().hex}"
