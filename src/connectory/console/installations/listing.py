"""``/console/installations``: the Deployments of all Projects of the organization."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from connectory.auth import Project
from connectory.console.calls import located
from connectory.console.installations.filters import Wanted
from connectory.console.installations.installation import (
    LIST,
    MANAGE,
    SEE,
    STATUSES,
    TYPES,
    Installation,
)
from connectory.console.installations.runs import last_change, newest_run
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment, segment
from connectory.console.visit import Visit, visiting

PAGE: Final = 20
READ: Final = 500
"""Deployments in one answer of the API, its most."""
MOST: Final = 10_000
"""The farthest that the API pages."""
LABELS: Final = tuple(dict.fromkeys(one.text for one in STATUSES.values() if one.text != "Draft"))


@dataclass(frozen=True)
class Row:
    """``changed`` is when the Deployment changed last, None when nobody knows."""

    installation: Installation
    changed: str | None


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(*SEE)
    wanted = Wanted.of(request.query_params)
    known = await _known(visit)
    return visit.page(
        "installations/list.html",
        wanted=wanted,
        nothing=not known,
        types=TYPES,
        statuses=LABELS,
        events=located(f"{LIST}/events", wanted.query | {"offset": wanted.offset or None}),
        may_install=visit.may(*MANAGE),
        **await _shown(visit, wanted, known),
    )


async def events(request: Request) -> Response:
    """The rows, until none of them changes any more."""
    visit = await visiting(request)
    visit.require(*SEE)
    wanted = Wanted.of(request.query_params)

    async def render() -> Fragment:
        shown = await _shown(visit, wanted, await _known(visit))
        html = fragment(
            "installations/list.html#rows",
            request=request,
            path=LIST,
            visit=visit,
            wanted=wanted,
            **shown,
        )
        return Fragment(html, over=not shown["busy"])

    return live(request, render)


async def _shown(visit: Visit, wanted: Wanted, known: tuple[Installation, ...]) -> dict[str, Any]:
    """A page of what is wanted, by name and Project: nothing jumps about while it changes."""
    found = sorted(
        filter(wanted.takes, known),
        key=lambda one: (one.name.lower(), one.project.key, one.document["id"]),
    )
    part = found[wanted.offset : wanted.offset + PAGE]
    page = {
        "limit": PAGE,
        "offset": wanted.offset,
        "count": len(part),
        "total": len(found),
    }
    busy = sum(one.busy for one in part)
    return {"rows": await _rows(visit, part), "page": page, "busy": busy}


async def _rows(visit: Visit, part: Iterable[Installation]) -> list[Row]:
    installations = tuple(part)
    runs = await asyncio.gather(
        *(newest_run(visit.calls_in(one.project.key), one.document["id"]) for one in installations)
    )
    return [Row(one, last_change(run)) for one, run in zip(installations, runs, strict=True)]


async def _known(visit: Visit) -> tuple[Installation, ...]:
    """Each Project is asked by itself: a Deployment is its Project's."""
    found = await asyncio.gather(*(_in(visit, one) for one in visit.projects))
    return tuple(one for some in found for one in some)


async def _in(visit: Visit, project: Project) -> list[Installation]:
    calls, found = visit.calls_in(project.key), list[Installation]()
    while True:
        query = {"limit": READ, "offset": len(found) or None, "sort": "createdAt asc"}
        page = await calls.get(f"/{segment(project.key)}/deployments", query)
        found += (Installation(project, one) for one in page["results"])
        if not page["results"] or not len(found) < min(page["total"], MOST):
            return found
