"""The API as one ASGI application."""

from collections.abc import Callable
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from connectory.api import (
    certificates,
    certifications,
    certifying,
    connectors,
    connectors_staged,
    deployments,
    marketplace,
    metrics,
    oauth,
    pubsub,
    reports,
)
from connectory.api.answers import answer
from connectory.api.context import Context
from connectory.api.envelope import Envelope
from connectory.api.openapi import Access, Operation
from connectory.api.openapi import page as documentation
from connectory.api.platform import (
    api_clients,
    audit_log,
    drafts,
    instances,
    jobs,
    logs,
    members,
    organizations,
    projects,
    runs,
    topics,
)
from connectory.api.routing import Addresses, resource
from connectory.wire import Wire


class Health(Wire):
    status: Literal["ok", "ready", "starting"]


def api(context: Context, ready: Callable[[], bool]) -> Envelope:
    """Every endpoint over ``context``. ``ready`` says whether requests can be served in full."""

    @Operation(
        "getHealth",
        "See whether the process is alive",
        tag="Platform",
        access=Access.ANYONE,
        answer=Health,
    )
    async def healthz(_request: Request) -> Response:
        """The process is alive."""
        return answer(Health(status="ok"))

    @Operation(
        "getReadiness",
        "See whether the platform takes work",
        tag="Platform",
        access=Access.ANYONE,
        answer=Health,
        also={503: Health},
    )
    async def readyz(_request: Request) -> Response:
        """The platform takes work."""
        return answer(Health(status="ready")) if ready() else answer(Health(status="starting"), 503)

    addresses = Addresses(
        [
            # before /connectors/{id}: a Project may be called connectors, a draft is no id
            *deployments.ROUTES[:1],
            *connectors_staged.ROUTES,
            *connectors.ROUTES,
            *deployments.ROUTES[1:],
            *oauth.ROUTES,
            resource("/healthz", GET=healthz),
            resource("/readyz", GET=readyz),
            *metrics.ROUTES,
            *documentation.ROUTES,
            *organizations.ROUTES,
            *projects.ROUTES,
            *members.ROUTES,
            *api_clients.ROUTES,
            *audit_log.ROUTES,
            *runs.ROUTES,
            *logs.ROUTES,
            *instances.ROUTES,
            *drafts.ROUTES,
            *reports.ROUTES,
            *certifications.ROUTES,
            *certifying.ROUTES,
            *certificates.ROUTES,
            *marketplace.ROUTES,
            *pubsub.ROUTES,
            *topics.ROUTES,
            *jobs.ROUTES,
        ]
    )
    return Envelope(addresses, context)
