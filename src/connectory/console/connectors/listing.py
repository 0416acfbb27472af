"""``/console/connectors``: the organization's Connectors."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.connectors import status
from connectory.console.connectors.fields import INTEGRATIONS, choices
from connectory.console.connectors.reading import CHANGING
from connectory.console.visit import visiting

ADDRESS = "/console/connectors"
VIEWING = (*CHANGING, "view_connectors")
SORTS = (
    ("lastModifiedAt desc", "Last modified"),
    ("createdAt desc", "Newest"),
    ("name asc", "Name"),
    ("status asc", "Status"),
)
TYPES = tuple((one, one) for one in INTEGRATIONS)
STATES = tuple((name, label.text) for name, label in status.STATUS.items())
AUDIENCES = (("", "All"), ("true", "Private"), ("false", "Public"))
LIMIT = 20


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(*VIEWING)
    query = _query(request)
    page = await visit.calls.get("/platform/drafts", query | {"limit": LIMIT})
    return visit.page(
        "connectors/list.html",
        page=page,
        query={name: value for name, value in query.items() if name != "offset"},
        filtered=any(query[name] for name in ("text", "status", "isPrivate", "integrationTypes")),
        may_create=visit.may(*CHANGING),
        label=status,
        address=ADDRESS,
        states=(("", "All"), *STATES),
        audiences=AUDIENCES,
        integrations=(("", "All"), *choices()["integrations"]),
        sorts=SORTS,
    )


def _query(request: Request) -> dict[str, Any]:
    """What of the address the API is asked for; anything it cannot take is left out."""
    given = request.query_params
    return {
        "text": given.get("text", "").strip()[:200],
        "status": _one_of(given.get("status"), STATES),
        "isPrivate": _one_of(given.get("isPrivate"), AUDIENCES),
        "integrationTypes": _one_of(given.get("integrationTypes"), TYPES),
        "sort": _one_of(given.get("sort"), SORTS) or SORTS[0][0],
        "offset": _offset(given.get("offset", "")),
    }


def _one_of(value: str | None, known: Any) -> str:
    return value if value in {one[0] for one in known} and value else ""


def _offset(text: str) -> int | None:
    return min(int(text), 10_000) if text.isascii() and text.isdigit() and len(text) < 9 else None
