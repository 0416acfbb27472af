"""The queue of certifications: who has waited longest comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from connectory.certification.review import ReviewState, Verdict
from connectory.console.calls import Call
from connectory.console.certifications import calls, checklist
from connectory.console.certifications.who import is_mine, require_reviewer
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment
from connectory.console.visit import Visit, visiting

Document = Mapping[str, Any]
LIMIT = 20
MOST = 500
"""Certifications in review that are looked through for one's own: the API's longest page."""


class Filter(NamedTuple):
    name: str
    label: str
    states: tuple[ReviewState, ...]


TAKEN = (ReviewState.TAKEN,)
ENDED = (ReviewState.GRANTED, ReviewState.REJECTED, ReviewState.WITHDRAWN)
MINE = Filter("mine", "Mine", TAKEN)
FILTERS = (
    Filter("waiting", "Waiting", (ReviewState.WAITING,)),
    Filter("review", "In review", TAKEN),
    MINE,
    Filter("ended", "Ended", ENDED),
)
LABELS = {
    ReviewState.WAITING: ("Waiting", "look"),
    ReviewState.TAKEN: ("In review", "busy"),
    ReviewState.GRANTED: ("Granted", "good"),
    ReviewState.REJECTED: ("Rejected", "bad"),
    ReviewState.WITHDRAWN: ("Withdrawn", ""),
}


@dataclass(frozen=True)
class Row:
    """One certification of the queue. ``decided`` of ``total`` requirements."""

    review: Document
    mine: bool
    decided: int
    unmet: int
    total: int
    take: Call

    @property
    def label(self) -> tuple[str, str]:
        """Its state in words, and the tone of the badge."""
        return LABELS[ReviewState(self.review["state"])]


async def board(request: Request) -> Response:
    visit = await visiting(request)
    require_reviewer(visit)
    chosen = _chosen(request)
    page = await _queue(visit, chosen, _offset(request))
    return visit.page(
        "certifications/board.html",
        filters=FILTERS,
        chosen=chosen,
        counts=await _counts(visit),
        page=page,
        rows=[await _row(visit, one) for one in page["results"]],
    )


async def events(request: Request) -> Response:
    """The counts beside the filters, as they change."""
    visit = await visiting(request)
    require_reviewer(visit)
    chosen = _chosen(request)

    async def render() -> Fragment:
        values = {"filters": FILTERS, "chosen": chosen, "counts": await _counts(visit)}
        given = {"request": request, "path": "/console/certifications", "visit": visit} | values
        return Fragment(fragment("certifications/board.html#counts", **given))

    return live(request, render)


async def _queue(visit: Visit, chosen: Filter, offset: int) -> Document:
    """A page of the queue. What has ended is shown newest first: the API has the oldest first."""
    if chosen is MINE:
        found = await _mine(visit)
        return _page(found[offset : offset + LIMIT], offset, len(found))
    if chosen.states != ENDED:
        return await _read(visit, chosen, LIMIT, offset)
    total = (await _read(visit, chosen, 0, 0))["total"]
    first, limit = backwards(total, LIMIT, offset)
    found = (await _read(visit, chosen, limit, first))["results"] if limit else []
    return _page(found[::-1], offset, total)


async def _mine(visit: Visit) -> list[Document]:
    taken = (await _read(visit, MINE, MOST, 0))["results"]
    return [one for one in taken if is_mine(visit, one)]


async def _read(visit: Visit, chosen: Filter, limit: int, offset: int) -> Document:
    query = {"state": list(chosen.states), "limit": str(limit), "offset": str(offset)}
    found: Document = await visit.calls.get(calls.PATH, query)
    return found


async def _counts(visit: Visit) -> dict[str, int]:
    counts = {
        one.name: (await _read(visit, one, 0, 0))["total"] for one in FILTERS if one is not MINE
    }
    return counts | {MINE.name: len(await _mine(visit))}


async def _row(visit: Visit, review: Document) -> Row:
    decided, unmet, total = await _progress(visit, review)
    return Row(review, is_mine(visit, review), decided, unmet, total, calls.take(review))


async def _progress(visit: Visit, review: Document) -> tuple[int, int, int]:
    """Requirements that are decided, those of them that are not met, and all."""
    if kept := review["checklist"]:
        unmet = sum(one["verdict"] == Verdict.UNMET for one in kept)
        return sum(one["verdict"] != Verdict.UNKNOWN for one in kept), unmet, len(kept)
    shown = await visit.calls.get(f"{calls.PATH}/{review['id']}")
    found = checklist.progress(checklist.items(shown["checklist"]))
    return found.decided, len(found.unmet), found.total


def backwards(total: int, limit: int, offset: int) -> tuple[int, int]:
    """First and number of what a page from the end holds, in the order from the start."""
    end = max(0, total - offset)
    first = max(0, end - limit)
    return first, end - first


def _page(results: list[Document], offset: int, total: int) -> Document:
    return {
        "results": results,
        "count": len(results),
        "offset": offset,
        "limit": LIMIT,
        "total": total,
    }


def _chosen(request: Request) -> Filter:
    name = request.query_params.get("state", "")
    return next((one for one in FILTERS if one.name == name), FILTERS[0])


def _offset(request: Request) -> int:
    given = request.query_params.get("offset", "0")
    return min(int(given), 10_000) if given.isascii() and given.isdigit() else 0
