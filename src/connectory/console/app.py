"""Every page, in one list; what surrounds them, from the outside in."""

from pathlib import Path
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp
from starsessions import SessionAutoloadMiddleware, SessionMiddleware

from connectory.api.context import Context
from connectory.auth.sessions import COOKIE
from connectory.console import (
    certifications,
    connectors,
    installations,
    login,
    marketplace,
    oidc,
    organization,
    reports,
)
from connectory.console.calls import CallRefused
from connectory.console.files import Files
from connectory.console.guarding import Guarded
from connectory.console.once import Once
from connectory.console.rendering import rendered
from connectory.console.sessions import DatabaseSessions
from connectory.console.visit import SignInNeeded, signed_in, visiting
from connectory.errors import ConnectError, render

STATIC = Path(__file__).parent / "static"
TITLES = {
    400: "That cannot be read",
    401: "Please sign in",
    403: "You may not do this",
    404: "There is nothing here",
    405: "That is not possible here",
    409: "Not now",
    413: "Too long",
    429: "Too many tries",
}


def console(context: Context, api: ASGIApp) -> Starlette:
    """The pages over ``context``; whatever a person does is a call of ``api``."""
    pages = Starlette(
        routes=_routes(),
        middleware=[
            Middleware(Guarded),
            Middleware(
                SessionMiddleware,
                store=DatabaseSessions(context.database),
                lifetime=context.settings.session_idle,
                rolling=True,
                cookie_name=COOKIE,
                cookie_https_only=context.settings.origin.startswith("https:"),
                cookie_path="/",
            ),
            Middleware(SessionAutoloadMiddleware),
        ],
        exception_handlers={
            SignInNeeded: _to_login,
            HTTPException: _refused,
            CallRefused: _call_refused,
            ConnectError: _told,
        },
    )
    pages.state.context, pages.state.api, pages.state.once = context, api, Once()
    return pages


def _routes() -> list[BaseRoute]:
    return [
        Mount("/console/static", Files(STATIC)),
        Route("/console", _start),
        *login.ROUTES,
        *oidc.ROUTES,
        *reports.ROUTES,
        *certifications.ROUTES,
        *organization.ROUTES,
        *connectors.ROUTES,
        *installations.ROUTES,
        *marketplace.ROUTES,
    ]


async def _start(request: Request) -> Response:
    """The first page after signing in; strangers find the Marketplace."""
    person = await signed_in(request)
    return RedirectResponse("/console/connectors" if person else "/console/login", 303)


async def _to_login(_request: Request, needed: Exception) -> Response:
    back = cast("SignInNeeded", needed).back
    query = {} if back == "/console" else {"back": back}
    return RedirectResponse(login.address(query), 303)


async def _refused(request: Request, error: Exception) -> Response:
    refused = cast("HTTPException", error)
    status = refused.status_code
    text = refused.detail if status in TITLES else ""
    return await _error_page(request, status, "" if text == "Not Found" else text)


async def _call_refused(request: Request, error: Exception) -> Response:
    answer = cast("CallRefused", error).answer
    return await _error_page(request, answer.status, answer.message)


async def _told(request: Request, error: Exception) -> Response:
    status, document = render(error)
    return await _error_page(request, status, str(getattr(document, "message", "")))


async def _error_page(request: Request, status: int, text: str) -> Response:
    """With the person's own menu where somebody is signed in."""
    said = {"title": TITLES.get(status, "That did not work"), "text": text, "number": ""}
    try:
        visit = await visiting(request)
    except (SignInNeeded, HTTPException):
        return rendered(request, "error.html", status, code=status, **said)
    return visit.page("error.html", status, code=status, **said)
