"""The API as one ASGI application."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from connectory.api import (
    administration,
    connectors,
    connectors_staged,
    deployments,
    metrics,
    oauth,
)
from connectory.api.answers import HANDLERS, Envelope, answer
from connectory.api.context import Context
from connectory.api.routing import resource


def api(context: Context, ready: Callable[[], bool]) -> ASGIApp:
    """Every endpoint over ``context``. ``ready`` says whether requests can be served in full."""

    async def healthz(_request: Request) -> Response:
        """The process is alive."""
        return answer({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        """The platform takes work."""
        return answer({"status": "ready"}) if ready() else answer({"status": "starting"}, 503)

    app = Starlette(
        routes=[
            resource("/healthz", GET=healthz),
            resource("/readyz", GET=readyz),
            *metrics.ROUTES,
            *oauth.ROUTES,
            *administration.ROUTES,
            # before /connectors/{id}: a Project may be called connectors
            *deployments.ROUTES,
            *connectors_staged.ROUTES,
            *connectors.ROUTES,
        ],
        exception_handlers=HANDLERS,
    )
    app.router.redirect_slashes = False
    app.state.context = context
    return Envelope(app)
