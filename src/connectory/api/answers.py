"""Answers: JSON bodies, errors in the contract's shape."""

from typing import Any

from starlette.responses import Response

from connectory.connectors.store import Selection
from connectory.errors import MethodNotAllowedError, render
from connectory.wire import Page, encode


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


def method_refused(method: str, allowed: str) -> Response:
    response = error_answer(MethodNotAllowedError(method, allowed))
    response.headers["allow"] = allowed
    return response
