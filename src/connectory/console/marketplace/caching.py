"""A page for whoever comes: kept for a minute where it is the same for everybody."""

import hashlib
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.rendering import rendered
from connectory.console.visit import SignInNeeded, visiting

MINUTE = "public, max-age=60"


async def page(request: Request, template: str, **values: Any) -> Response:
    """With the menu of the person who is signed in; then no cache keeps it."""
    try:
        visit = await visiting(request)
    except (SignInNeeded, HTTPException):
        response = rendered(request, template, **values)
        # a browser that has signed in sends a cookie, and is answered anew
        response.headers["vary"] = "Cookie"
        return kept(request, response, hashlib.sha256(bytes(response.body)).hexdigest(), MINUTE)
    return visit.page(template, **values)


def kept(request: Request, response: Response, digest: str, how_long: str) -> Response:
    """``response``, or that the browser has it already."""
    tag = f'"{digest[:32]}"'
    headers = {"etag": tag, "cache-control": how_long}
    if tag in request.headers.get("if-none-match", ""):
        headers |= {"vary": response.headers["vary"]} if "vary" in response.headers else {}
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response
