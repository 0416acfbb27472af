"""``/platform/deployments/{id}/log``: searching a log from either end, and following it.

The contract's own ``/logs`` reads from the oldest on, by application and date alone. It is at
another address than this, also for a Project that is called ``platform``.
"""

from typing import Annotated, Any

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import context, query_int
from connectory.api.openapi import Access, Operation, Query
from connectory.api.platform.asking import asked_again, asker
from connectory.api.platform.named_deployments import PROJECT, deployment_named
from connectory.api.routing import by_id_and_key
from connectory.api.streaming import MEDIA, Sent, TooManyStreamsError, event, place, streamed
from connectory.auth.scopes import VIEW_DEPLOYMENTS
from connectory.deployments import errors
from connectory.deployments.model import Deployment
from connectory.errors import ConnectError, InvalidQueryParamError
from connectory.hosting import log_search, log_wanted
from connectory.hosting.lines import LogType, Severity
from connectory.hosting.log_search import LogPage
from connectory.hosting.log_wanted import LONGEST_TEXT, Wanted
from connectory.hosting.logs import DeploymentLog
from connectory.wire import Wire, encode

TAG = "Logs"
ORDERS = ("oldest", "newest")
AT_ONCE = 500
"""Entries that a stream sends between two looks at who reads it."""


class LogSearch(Wire):
    """``data`` in the order asked for. ``next`` is the next page's token, "" at the end: a search
    that finds little may come to a page without entries that is not the last. ``end`` is the place
    behind all that was logged so far: a stream that is given it as `pageToken` goes on there."""

    data: tuple[DeploymentLog, ...]
    next: str
    end: str


WANTED = (
    Query("applicationName", str, "Only what this application wrote."),
    Query("severity", Severity, "This severe at least."),
    Query("type", LogType, "Only entries of this type."),
    Query(
        "text",
        Annotated[str, Meta(max_length=LONGEST_TEXT)],
        "Only entries whose details have this in them, in capitals or not.",
    ),
    Query("startDate", str, "From this moment on, at most 30 days ago; ISO 8601."),
    Query("endDate", str, "Up to this moment; ISO 8601."),
)
REFUSALS = (
    InvalidQueryParamError,
    errors.DeploymentApplicationDoesNotExistError,
    errors.DeploymentLogInvalidDateError,
    errors.DeploymentLogInvalidPageTokenError,
)


@Operation(
    "searchDeploymentLogs",
    "Search what the applications and the platform logged",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_DEPLOYMENTS,
    query=(
        *WANTED,
        Query(
            "order",
            Annotated[str, Meta(pattern="^(oldest|newest)$")],
            "Which entries come first.",
            "oldest",
        ),
        Query("pageToken", str, "The page that follows the one that gave this as `next`."),
        Query("limit", Annotated[int, Meta(ge=1, le=500)], "How many entries at most.", 100),
        PROJECT,
    ),
    answer=LogSearch,
    errors=REFUSALS,
)
async def read(request: Request) -> Response:
    who, database = await asker(request, VIEW_DEPLOYMENTS), context(request).database
    deployment = (await database.read(deployment_named(request, who))).deployment
    wanted = _wanted(request, deployment)
    limit, newest_first = query_int(request, "limit", 100, 1, 500), _newest_first(request)
    token = request.query_params.get("pageToken", "")
    page = await log_search.read(
        database,
        lambda c: log_search.search(
            c, deployment.id, wanted, token, limit, newest_first=newest_first
        ),
    )
    return answer(LogSearch(data=page.entries, next=page.next, end=page.end))


@Operation(
    "followDeploymentLogs",
    "Follow what the applications and the platform log, as it comes",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_DEPLOYMENTS,
    query=(
        *WANTED,
        Query("pageToken", str, "Begin behind this place instead of now: `end` of a search."),
        PROJECT,
    ),
    produces=MEDIA,
    errors=(*REFUSALS, TooManyStreamsError),
    description="Server-sent events: each `entry` has an entry as its data, and an id that a "
    "client which comes again gives as `Last-Event-ID`. `over` comes when the Deployment is gone, "
    "or may not be seen any more. A stream ends after 15 minutes: come again.",
)
async def follow(request: Request) -> Response:
    who, database = await asker(request, VIEW_DEPLOYMENTS), context(request).database
    find = deployment_named(request, who)
    deployment = (await database.read(find)).deployment
    wanted, at = _wanted(request, deployment), _begin(request)

    async def look() -> Sent:
        nonlocal at
        await asked_again(request, who, VIEW_DEPLOYMENTS)
        await database.read(find)
        page = await log_search.read(
            database, lambda c: log_search.onward(c, deployment.id, wanted, at, AT_ONCE)
        )
        before, at = at, page.next or page.end
        return Sent(_events(page, at if at != before else ""), more=bool(page.next))

    turn = context(request).streams.turn(who.who)
    return await streamed(request, database.changes, look, ConnectError, turn=turn)


def _events(page: LogPage, at: str) -> bytes:
    """Each entry with its own place, and the place that was come to behind them."""
    found = zip(page.entries, page.places, strict=True)
    said = b"".join(event("entry", encode(one).decode(), where) for one, where in found)
    return said + (place(at) if at else b"")


def _begin(request: Request) -> str | None:
    """Where a stream begins, None for now."""
    last = request.headers.get("last-event-id", "")
    return last or request.query_params.get("pageToken") or None


def _wanted(request: Request, deployment: Deployment) -> Wanted:
    """Raises ``DeploymentApplicationDoesNotExistError``, ``DeploymentLogInvalidDateError``,
    ``InvalidQueryParamError``."""
    given = request.query_params
    application = given.get("applicationName") or None
    names = {one.application_name for one in deployment.applications}
    if application is not None and application not in names:
        raise errors.DeploymentApplicationDoesNotExistError(application)
    start, end = log_wanted.window(given.get("startDate"), given.get("endDate"))
    return Wanted(
        application,
        _one_of(request, "severity", Severity),
        _one_of(request, "type", LogType),
        _text(request),
        start,
        end,
    )


def _one_of(request: Request, name: str, known: Any) -> Any:
    given = request.query_params.get(name)
    if not given:
        return None
    if given not in set(known):
        raise InvalidQueryParamError(f"{name} takes one of {', '.join(known)}.")
    return known(given)


def _text(request: Request) -> str:
    text = request.query_params.get("text", "")
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise InvalidQueryParamError(f"text takes at most {LONGEST_TEXT} characters of text.")
    return text


def _newest_first(request: Request) -> bool:
    order = request.query_params.get("order", ORDERS[0])
    if order not in ORDERS:
        raise InvalidQueryParamError(f"order takes one of {', '.join(ORDERS)}.")
    return order == "newest"


ROUTES = [
    *by_id_and_key("/platform/deployments", "/log", GET=read),
    *by_id_and_key("/platform/deployments", "/log/stream", GET=follow),
]
