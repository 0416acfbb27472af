"""``/connectors``: published Connectors, read-only."""

from typing import Annotated

from msgspec import Meta, Raw
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer, page
from connectory.api.context import (
    caller,
    context,
    path_id,
    path_key,
    query_bool,
    query_int,
    query_types,
    sorting,
)
from connectory.api.openapi import Operation, Paged, Query, page_parameters
from connectory.api.routing import by_id_and_key, resource
from connectory.auth import Caller, require
from connectory.auth.scopes import VIEW_CONNECTORS
from connectory.connectors import store
from connectory.connectors.model import Connector, IntegrationType
from connectory.connectors.search import Search
from connectory.errors import ResourceNotFoundError
from connectory.wire import encode

SORTS = {
    "createdAt": "created_at",
    "lastModifiedAt": "last_modified_at",
    "name": "name",
    "key": "key",
}


@Operation(
    "getConnector",
    "Get a Connector",
    tag="Connector",
    scopes=VIEW_CONNECTORS,
    answer=Connector,
)
async def read(request: Request) -> Response:
    who = await caller(request)
    require(who, VIEW_CONNECTORS)
    id_ = path_id(request) if "id" in request.path_params else None
    key = None if id_ else path_key(request)
    document = await context(request).memo.read(
        ("connector", id_, key, who.project.key),
        lambda c: Raw(encode(visible(c, who, id=id_, key=key))),
    )
    return answer(document)


def visible(
    connection: Connection,
    who: Caller,
    id: str | None,  # noqa: A002
    key: str | None,
) -> Connector:
    """Public ones are visible to all, private ones to those who may use them (facts 2.4)."""
    found = store.connector_with(connection, id=id, key=key)
    if found is None or not (
        not found.connector.private
        or store.may_use(connection, who.project, found.organization_id, found.connector.id)
    ):
        raise ResourceNotFoundError("Connector", id=id, key=key)
    return found.connector


@Operation(
    "searchConnectors",
    "Search the Connectors the Project may find",
    tag="Connector",
    scopes=VIEW_CONNECTORS,
    query=(
        *page_parameters()[:2],
        Query(
            "sort",
            tuple[
                Annotated[str, Meta(pattern=f"^({'|'.join(sorted(SORTS))})( (asc|desc))?$")], ...
            ],
            "A field, followed by `asc` or `desc`; without it, the best matches come first, then "
            "the latest published.",
        ),
        Query("text", str, "Words that name or description have words beginning with."),
        Query("private", bool, "Only private Connectors assigned to the Project.", False),
        Query("creator.company", str, "The creator's company, in full."),
        Query("id", tuple[str, ...], "Only these Connectors."),
        Query("key", tuple[str, ...], "Only these Connectors."),
        Query("integrationTypes", tuple[IntegrationType, ...], "With at least one of these."),
    ),
    answer=Paged(Connector),
)
async def search(request: Request) -> Response:
    who = await caller(request)
    require(who, VIEW_CONNECTORS)
    asked = _search(request)
    selection = await context(request).database.read(
        lambda c: store.search_connectors(c, asked, who.project)
    )
    return page(selection, asked.limit, asked.offset)


def _search(request: Request) -> Search:
    given = request.query_params
    return Search(
        text=given.get("text", ""),
        private=query_bool(request, "private") or False,
        company=given.get("creator.company"),
        ids=tuple(given.getlist("id")),
        keys=tuple(given.getlist("key")),
        integration_types=query_types(request),
        limit=query_int(request, "limit", 20, 0, 500),
        offset=query_int(request, "offset", 0, 0, 10_000),
        order=sorting(request, SORTS),
    )


ROUTES = [
    resource("/connectors/search", GET=search),
    *by_id_and_key("/connectors", GET=read),
]
