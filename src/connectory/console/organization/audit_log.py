"""The audit log: who did what to what when, the newest first."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectory.console.organization.telling import page_query
from connectory.console.visit import visiting

PATH = "/platform/audit-log"
PAGE = "/console/audit-log"
FILTERS = ("action", "who", "target")


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require("view_audit_log")
    wanted = {name: request.query_params.get(name, "").strip()[:256] for name in FILTERS}
    page = await visit.calls.get(PATH, {**page_query(request), **wanted})
    return visit.page(
        "organization/audit-log.html",
        page=page,
        wanted=wanted,
        filtered=any(wanted.values()),
        details={one["number"]: _readable(one["detail"]) for one in page["results"]},
    )


def _readable(detail: dict[str, object]) -> str:
    """``name: value`` pairs; what is no plain text stays JSON."""
    return ", ".join(
        f"{name}: {value if isinstance(value, str) else msgspec.json.encode(value).decode()}"
        for name, value in detail.items()
    )


ROUTES = [Route(PAGE, show, methods=["GET"])]
