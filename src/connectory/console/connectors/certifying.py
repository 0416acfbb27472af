"""``/console/connectors/{id}/certification``: the review as its creator sees it."""

from itertools import groupby
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Call, CallRefused
from connectory.console.connectors import calls
from connectory.console.connectors.frame import around, framed, viewing
from connectory.console.connectors.reading import Known, known
from connectory.console.connectors.status import CERTIFYING, Draft, Label
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment
from connectory.console.visit import Visit

STATES: Final = {
    "Waiting": Label("Waiting for a reviewer", "busy"),
    "Taken": Label("In review", "busy"),
    "Granted": Label("Granted", "good"),
    "Rejected": Label("Rejected", "bad"),
    "Withdrawn": Label("Withdrawn"),
}
VERDICTS: Final = {
    "Met": Label("Met", "good"),
    "Unmet": Label("Not met", "bad"),
    "Unknown": Label("Open", "look"),
}
OPEN: Final = {"Waiting", "Taken"}
UPDATE: Final = "connectors/review_update.html"


async def show(request: Request) -> Response:
    visit = await viewing(request)
    found = await known(visit)
    values = around(found) | await _review(visit, found)
    return visit.page("connectors/certification.html", changed=_lines(values), **values)


async def events(request: Request) -> Response:
    """What is said and decided, for as long as the review is open."""
    visit, before = await viewing(request), list[Any]()

    async def render() -> Fragment:
        nonlocal before
        found = await known(visit)
        values = around(found) | await _review(visit, found) | framed(visit, found)
        if values["review"] is None:
            return Fragment("", over=True)
        lines = _lines(values)
        # only these: what somebody has opened in the others stays open
        changed, before = [one for one in lines if one not in before], lines
        html, whole = (fragment(UPDATE, **values, changed=some) for some in (changed, lines))
        return Fragment(html, over=found.draft["status"] not in CERTIFYING, whole=whole)

    return live(request, render)


async def certificate(request: Request) -> Response:
    """The signed certificate of the newest review, as a file for ``connectory verify``."""
    visit = await viewing(request)
    found = await known(visit)
    review = (await _review(visit, found))["review"]
    if review is None:
        raise HTTPException(404, "There is no certification yet.")
    path = f"/platform/certifications/{review['id']}/certificate.json"
    answer = await visit.calls.send(Call("GET", path))
    if not answer.ok:
        raise CallRefused(answer)
    headers = {"content-disposition": f'attachment; filename="certificate-{review["id"]}.json"'}
    return Response(answer.content, headers=headers, media_type=answer.media_type)


async def _review(visit: Visit, found: Known) -> dict[str, Any]:
    """The newest certification with its checklist, and those before it."""
    query = {"connectorId": found.draft["id"], "limit": 500}
    page = await visit.calls.get("/platform/certifications", query)
    every = sorted(page["results"], key=lambda one: str(one["requestedAt"]), reverse=True)
    current = await _current(visit, every)
    review = current["review"] if current else None
    return {
        "current": current,
        "review": review,
        "earlier": every[1:],
        "headings": headings(current["checklist"]) if current else (),
        "comments": comments(found.draft),
        "states": STATES,
        "verdicts": VERDICTS,
        "withdrawal": _withdrawal(review),
        "reply": calls.comment(found.draft, "…"),
    }


def _lines(values: dict[str, Any]) -> list[dict[str, Any]]:
    return list(values["current"]["checklist"]) if values["current"] else []


def _withdrawal(review: dict[str, Any] | None) -> Call | None:
    """For as long as there is something to withdraw."""
    if review is None or review["state"] not in OPEN:
        return None
    return calls.withdrawal(review["id"], review["version"])


async def _current(visit: Visit, every: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not every:
        return None
    return dict(await visit.calls.get(f"/platform/certifications/{every[0]['id']}"))


def headings(checklist: list[dict[str, Any]]) -> tuple[tuple[str, list[dict[str, Any]]], ...]:
    """The checklist by its headings; under each, what is not met and what is open come first."""
    rank = {"Unmet": 0, "Unknown": 1}
    return tuple(
        (heading, sorted(lines, key=lambda one: rank.get(one["decision"], 2)))
        for heading, lines in groupby(checklist, key=lambda one: str(one["heading"]))
    )


def comments(draft: Draft) -> list[dict[str, Any]]:
    """What creator and reviewers have said, oldest first."""
    return list((draft.get("certificationInfo") or {}).get("comments", ()))
