"""Signing in and out."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starsessions import regenerate_session_id
from starsessions.session import get_session_id

from connectory.api.auditing import record_sign_in
from connectory.api.basic import trying
from connectory.auth import sessions
from connectory.auth.errors import TooManyTriesError
from connectory.auth.users import Person
from connectory.console.calls import located
from connectory.console.rendering import rendered
from connectory.console.visit import (
    begin_session,
    context_of,
    local,
    read_form,
    require_same_origin,
    signed_in,
    visiting,
)

LOGIN = "/console/login"
WRONG = "Name or password is wrong."
TOO_MANY = "Too many tries. Wait a minute, then try again."


def address(query: Mapping[str, str]) -> str:
    return located(LOGIN, query)


async def show(request: Request) -> Response:
    back = local(request.query_params.get("back", ""))
    if await signed_in(request):
        return RedirectResponse(back, 303)
    return form_page(request, back)


async def sign_in(request: Request) -> Response:
    require_same_origin(request)
    form = await read_form(request)
    name, back = form.text("name").strip(), local(form.text("back"))
    came_from = request.client.host if request.client else ""
    try:
        person = await trying(context_of(request), name, form.text("password"), came_from)
    except TooManyTriesError:
        return form_page(request, back, name, TOO_MANY, 429)
    await _record(request, name, person)
    if person is None:
        return form_page(request, back, name, WRONG, 401)
    await start(request, person)
    return RedirectResponse(back, 303)


async def sign_out(request: Request) -> Response:
    visit = await visiting(request)
    await visit.form()
    request.session.clear()
    return RedirectResponse(LOGIN, 303)


async def start(request: Request, person: Person) -> None:
    """A session of its own: what the browser brought along is void, whoever put it there."""
    context = context_of(request)
    if (before := get_session_id(request)) is not None:
        await context.database.write(lambda c: sessions.end_session(c, before))
    regenerate_session_id(request)
    begin_session(request, person, context.settings.session_longest)


async def choose_project(request: Request) -> Response:
    """The Project to work in from now on."""
    visit = await visiting(request)
    form = await visit.form()
    key = form.text("project")
    if key not in {one.key for one in visit.projects}:
        raise HTTPException(404, "This organization has no such Project.")
    request.session["project"] = key
    return RedirectResponse(local(form.text("back")), 303)


async def _record(request: Request, name: str, person: Person | None) -> None:
    correlation = str(request.scope.get("connectory.correlation", ""))
    await context_of(request).database.write(
        lambda c: record_sign_in(
            c, name, person.organization_id if person else None, person is not None, correlation
        )
    )


def form_page(
    request: Request, back: str, name: str = "", problem: str = "", status: int = 200
) -> Response:
    """The form, with what is wrong, and the other way to sign in where there is one."""
    provider = urlsplit(context_of(request).settings.oidc_issuer).hostname or ""
    values = {"back": back, "name": name, "problem": problem, "provider": provider}
    return rendered(request, "login.html", status, **values)


ROUTES = [
    Route(LOGIN, show, methods=["GET"]),
    Route(LOGIN, sign_in, methods=["POST"]),
    Route("/console/logout", sign_out, methods=["POST"]),
    Route("/console/project", choose_project, methods=["POST"]),
]
