"""Answers: JSON bodies, errors in the contract's shape."""

from typing import Any

from starlette.responses import Response

from connectory.connectors.store import Selection
from connectory.errors import MethodNotAllowedError, render
from connectory.wire import Page, encode

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


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


def page_answer(text: str) -> Response:
    """A page that loads nothing from elsewhere and on which nothing runs."""
    headers = {"content-security-policy": POLICY, "x-content-type-options": "nosniff"}
    return Response(text, media_type="text/html", headers=headers)


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
