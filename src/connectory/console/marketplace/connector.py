"""``/marketplace/{id}``: everything a client wants to know of a Connector before installing it."""

import hashlib
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.marketplace import IMAGE_POLICY
from connectory.console.calls import Call, CallRefused
from connectory.console.marketplace.caching import MINUTE, kept, page
from connectory.console.marketplace.searching import API, TYPES
from connectory.console.rendering import segment
from connectory.console.visit import stranger

Document = Mapping[str, Any]
SEVERE = ("BLOCKER", "CRITICAL", "HIGH")
STATES = {
    "examined": "examined",
    "noData": "could not be judged",
    "skipped": "does not apply",
}
NOT_LISTED = "No Connector with this address is on the Marketplace. It may have been taken off."
FOREVER = "public, max-age=31536000, immutable"
"""The address of a logo names its content."""


async def show(request: Request) -> Response:
    call = Call("GET", _address(request))
    listing = await _read(request, call)
    return await page(
        request, "marketplace/connector.html", one=listing, call=call, types=TYPES, states=STATES,
        needs=needs(listing), worst=worst(listing["findings"]),
    )  # fmt: skip


async def logo(request: Request) -> Response:
    """The image as the API gives it, with what keeps anything in it from running."""
    answer = await stranger(request).send(Call("GET", f"{_address(request)}/logo"))
    if not answer.ok:
        raise HTTPException(404)
    headers = {"content-security-policy": IMAGE_POLICY}
    response = Response(answer.content, media_type=answer.media_type, headers=headers)
    digest = hashlib.sha256(answer.content).hexdigest()
    named = request.query_params.get("v") == digest[:16]
    return kept(request, response, digest, FOREVER if named else MINUTE)


def needs(listing: Document) -> tuple[tuple[str, tuple[Document, ...]], ...]:
    """Every configuration key by application; those of all applications come first, under no
    name. Each says whether it is secured."""
    shared = listing.get("globalConfiguration")
    groups = [
        *([("", shared)] if shared else []),
        *((one["applicationName"], one) for one in listing["configurations"]),
    ]
    found = ((name, _keys(group)) for name, group in groups)
    return tuple((name, keys) for name, keys in found if keys)


def worst(findings: Document | None) -> int:
    """How many findings are severe; what is listed has them explained."""
    counts = (one["found"] for one in findings["checks"]) if findings else ()
    return sum(found.get(one, 0) for found in counts for one in SEVERE)


def _keys(group: Document) -> tuple[Document, ...]:
    return (
        *({**one, "secured": False} for one in group["standardConfiguration"]),
        *({**one, "secured": True} for one in group["securedConfiguration"]),
    )


async def _read(request: Request, call: Call) -> Document:
    """Raises a 404, for an address that cannot be a Connector's too."""
    answer = await stranger(request).send(call)
    if answer.status in {400, 404}:
        raise HTTPException(404, NOT_LISTED)
    if not answer.ok:
        raise CallRefused(answer)
    found: Document = answer.document
    return found


def _address(request: Request) -> str:
    named = request.path_params
    last = f"key={named['key']}" if "key" in named else named["id"]
    return f"{API}/{segment(last)}"
