"""``/platform/drafts``: an organization's drafts to look through, and what was published of one.

The contract's own query knows no text and no status, and its resources no times.
"""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.context import (
    caller,
    context,
    paging,
    path_id,
    query_bool,
    query_types,
)
from connectory.api.openapi import Operation, Paged, Query, page_parameters
from connectory.api.platform.paging import page_of, paged
from connectory.api.routing import resource
from connectory.auth import require
from connectory.auth.scopes import VIEW_CONNECTORS
from connectory.connectors.listing import (
    DraftSummary,
    PublishedVersion,
    Wanted,
    find_drafts,
    versions_of,
)
from connectory.connectors.model import ConnectorStatus, IntegrationType
from connectory.connectors.store import staged_with_id
from connectory.errors import InvalidQueryParamError, ResourceNotFoundError


@Operation(
    "queryDrafts",
    "Look through the drafts of the organization",
    tag="ConnectorStaged",
    scopes=VIEW_CONNECTORS,
    query=(
        *page_parameters("name"),
        Query("text", str, "Part of the name or the key."),
        Query("status", tuple[ConnectorStatus, ...], "In one of these states."),
        Query("isPrivate", bool, "Only drafts that are, or are not, private."),
        Query("integrationTypes", tuple[IntegrationType, ...], "With at least one of these."),
    ),
    answer=Paged(DraftSummary),
)
async def query(request: Request) -> Response:
    who = await caller(request)
    require(who, VIEW_CONNECTORS)
    asked = paging(request, frozenset({"name"}))
    wanted = Wanted(
        who.project.organization_id,
        asked.limit,
        asked.offset,
        asked.order,
        text=request.query_params.get("text", "").strip(),
        statuses=_statuses(request),
        integration_types=query_types(request),
        private=query_bool(request, "isPrivate"),
    )
    found = await context(request).database.read(lambda c: find_drafts(c, wanted))
    return page_of(found.drafts, found.total, asked.limit, asked.offset)


@Operation(
    "queryDraftVersions",
    "List what was published of a draft, the newest first",
    tag="ConnectorStaged",
    scopes=VIEW_CONNECTORS,
    query=page_parameters()[:2],
    answer=Paged(PublishedVersion),
    errors=(ResourceNotFoundError,),
)
async def versions(request: Request) -> Response:
    who = await caller(request)
    require(who, VIEW_CONNECTORS)
    draft_id = path_id(request)

    def work(connection: Connection) -> tuple[PublishedVersion, ...]:
        if staged_with_id(connection, draft_id).organization_id != who.project.organization_id:
            raise ResourceNotFoundError("ConnectorStaged", id=draft_id)
        return versions_of(connection, draft_id)

    return paged(request, await context(request).database.read(work))


def _statuses(request: Request) -> tuple[ConnectorStatus, ...]:
    given = request.query_params.getlist("status")
    if unknown := set(given) - set(ConnectorStatus):
        known = ", ".join(ConnectorStatus)
        raise InvalidQueryParamError(f"'{min(unknown)[:100]}' is no status; status takes {known}.")
    return tuple(ConnectorStatus(one) for one in given)


ROUTES = [
    resource("/platform/drafts", GET=query),
    resource("/platform/drafts/{id}/versions", GET=versions),
]
