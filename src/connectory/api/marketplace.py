"""``/platform/marketplace``: what everyone may see of the public Connectors, without a token.

Not part of the contract: the real platform has a website for this (facts 9.6).
"""

from typing import Annotated, Literal

from msgspec import Meta, Raw
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import (
    context,
    path_id,
    path_key,
    query_bool,
    query_int,
    query_types,
)
from connectory.api.openapi import Access, Operation, Paged, Query
from connectory.api.routing import by_id_and_key, resource
from connectory.connectors.model import IntegrationType
from connectory.connectors.search import Order, Search
from connectory.connectors.searching import BY_NAME
from connectory.errors import InvalidQueryParamError
from connectory.marketplace import listings
from connectory.marketplace.cards import cards
from connectory.marketplace.model import Card, Listing
from connectory.regions import Region
from connectory.wire import Page, encode

TAG = "Marketplace"
ORDERS: dict[str, Order] = {
    "relevance": (),
    "newest": (("number", True),),
    "name": BY_NAME,
}
"""Without words to look for, relevance is the newest first."""
IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""An SVG may have a style; nothing in it runs or is loaded."""


@Operation(
    "searchMarketplace",
    "Search the Connectors that are listed for everyone",
    tag=TAG,
    access=Access.ANYONE,
    query=(
        Query("limit", Annotated[int, Meta(ge=0, le=100)], "How many results at most.", 20),
        Query("offset", Annotated[int, Meta(ge=0, le=10_000)], "How many results to skip.", 0),
        Query(
            "sort",
            Literal["relevance", "newest", "name"],
            "`relevance`: those with all words in the name come first, then the latest published.",
            "relevance",
        ),
        Query("text", str, "Words that name or description have words beginning with."),
        Query("creator", str, "Words that the creator's company has words beginning with."),
        Query("integrationTypes", tuple[IntegrationType, ...], "With at least one of these."),
        Query("region", tuple[Region, ...], "That can be deployed in at least one of these."),
        Query("certified", bool, "Only certified ones, or only the others."),
    ),
    answer=Paged(Card),
)
async def search(request: Request) -> Response:
    asked = _search(request)
    found = await context(request).database.read(lambda c: cards(c, asked))
    shown = tuple(Raw(encode(one)) for one in found.cards)
    page = Page(
        limit=asked.limit,
        offset=asked.offset,
        count=len(shown),
        total=found.total,
        results=shown,
    )
    return answer(page)


@Operation(
    "getListedConnector",
    "Get all that the Marketplace shows of a Connector",
    tag=TAG,
    access=Access.ANYONE,
    answer=Listing,
)
async def read(request: Request) -> Response:
    id_ = path_id(request) if "id" in request.path_params else None
    key = None if id_ else path_key(request)
    document = await context(request).memo.read(
        ("listing", id_, key), lambda c: Raw(encode(listings.listing(c, id=id_, key=key)))
    )
    return answer(document)


@Operation(
    "getLogo",
    "Get the logo of a listed Connector: SVG, PNG, JPEG or WebP",
    tag=TAG,
    access=Access.ANYONE,
    produces="image/*",
)
async def read_logo(request: Request) -> Response:
    id_ = path_id(request)
    found = await context(request).database.read(lambda c: listings.logo(c, id_))
    headers = {
        "content-security-policy": IMAGE_POLICY,
        "x-content-type-options": "nosniff",
        "etag": f'"{found.digest}"',
    }
    return Response(found.content, media_type=found.type, headers=headers)


def _search(request: Request) -> Search:
    given = request.query_params
    return Search(
        text=given.get("text", ""),
        creator=given.get("creator", ""),
        integration_types=query_types(request),
        regions=_regions(request),
        certified=query_bool(request, "certified"),
        limit=query_int(request, "limit", 20, 0, 100),
        offset=query_int(request, "offset", 0, 0, 10_000),
        order=_order(given.get("sort", "relevance")),
    )


def _regions(request: Request) -> tuple[Region, ...]:
    given = request.query_params.getlist("region")
    if unknown := set(given) - set(Region):
        known = ", ".join(Region)
        raise InvalidQueryParamError(f"'{min(unknown)[:100]}' is no Region; region takes {known}.")
    return tuple(Region(one) for one in dict.fromkeys(given))


def _order(name: str) -> Order:
    if name not in ORDERS:
        raise InvalidQueryParamError(f"sort takes one of {', '.join(ORDERS)}.")
    return ORDERS[name]


ROUTES = [
    resource("/platform/marketplace/connectors", GET=search),
    *by_id_and_key("/platform/marketplace/connectors", GET=read),
    resource("/platform/marketplace/connectors/{id}/logo", GET=read_logo),
]
