"""``/platform/audit-log``: who did what to what when."""

from starlette.requests import Request
from starlette.responses import Response

from connectory.api.context import context
from connectory.api.openapi import Access, Operation, Paged, Query
from connectory.api.platform.asking import asker
from connectory.api.platform.paging import LIMIT_AND_OFFSET, limit_and_offset, page_of
from connectory.api.routing import resource
from connectory.auth.audit import AuditEvent, Wanted, select_events
from connectory.auth.scopes import VIEW_AUDIT_LOG


@Operation(
    "queryAuditLog",
    "Read who did what in the organization, the newest first",
    tag="Administration",
    access=Access.PERSON,
    scopes=VIEW_AUDIT_LOG,
    query=(
        *LIMIT_AND_OFFSET,
        Query("action", str, "Only this: the id of an operation, `signIn` or `signInRefused`."),
        Query("who", str, "Only by them: `user:{name}` or `api-client:{id}`."),
        Query("target", str, "Only to what has this type, id or key."),
    ),
    answer=Paged(AuditEvent),
)
async def query(request: Request) -> Response:
    who = await asker(request, VIEW_AUDIT_LOG)
    limit, offset = limit_and_offset(request)
    given = request.query_params
    wanted = Wanted(given.get("action", ""), given.get("who", ""), given.get("target", ""))
    found = await context(request).database.read(
        lambda c: select_events(c, who.organization_id, wanted, limit, offset)
    )
    return page_of(found.events, found.total, limit, offset)


ROUTES = [resource("/platform/audit-log", GET=query)]
