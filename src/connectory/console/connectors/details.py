"""``/console/connectors/{id}``: Connector Details, one page for each tab."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Call
from connectory.console.connectors import entries, offers, running, status
from connectory.console.connectors.frame import around, framed, viewing
from connectory.console.connectors.reading import Known, known
from connectory.console.connectors.running import Shown
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment
from connectory.console.visit import Visit

REPORTS: Final = {
    "preview-report": ("preview", "previewableReport", "Preview Report"),
    "publish-report": ("publish", "publishingReport", "Publish Report"),
}
"""Workflow, field of the draft, title."""


async def overview(request: Request) -> Response:
    visit = await viewing(request)
    found = await known(visit)
    values = around(found) | await _now(visit, found)
    return visit.page("connectors/overview.html", announced="", **values)


async def overview_events(request: Request) -> Response:
    """The part of the overview that changes, for as long as something goes on."""
    visit, said, tails = await viewing(request), "", dict[str, running.Tail]()

    async def render() -> Fragment:
        nonlocal said
        found = await known(visit)
        values = around(found) | await _now(visit, found, tails) | framed(visit, found)
        before, said = said, values["run"].now if values["run"] else ""
        # only what is new is announced to who listens
        announced = said if said != before else ""
        html, whole = (
            fragment("connectors/overview.html#live", **values, announced=one)
            for one in (announced, "")
        )
        return Fragment(html, over=not status.is_busy(found.draft), whole=whole)

    return live(request, render)


async def report(request: Request) -> Response:
    visit = await viewing(request)
    found = await known(visit)
    workflow, field, title = REPORTS[request.url.path.rpartition("/")[2]]
    run = await _latest(visit, found, workflow)
    return visit.page(
        "connectors/report.html",
        **around(found),
        title=title,
        entries=entries.entries(found.draft.get(field)),
        run=run,
        full=await _full(visit, run),
        missing=_missing(found, workflow),
    )


async def configuration(request: Request) -> Response:
    visit = await viewing(request)
    return visit.page("connectors/configuration.html", **around(await known(visit)))


async def versions(request: Request) -> Response:
    visit = await viewing(request)
    found = await known(visit)
    published = await visit.calls.get(f"/platform/drafts/{found.draft['id']}/versions",
                                      {"limit": 500})  # fmt: skip
    runs = await running.runs_of(visit, found.draft["id"])
    return visit.page(
        "connectors/versions.html", **around(found), versions=published["results"], runs=runs
    )


async def next_step(request: Request) -> Response:
    """The last, optional step of creating a draft: what to do with it."""
    visit = await viewing(request)
    found = await known(visit)
    choices = offers.choices(found.draft, found.standing)
    return visit.page("connectors/next.html", **around(found), choices=choices)


async def _now(
    visit: Visit, found: Known, tails: dict[str, running.Tail] | None = None
) -> dict[str, Any]:
    """The newest run, and what stops the connector. ``tails``: of the runs looked at before."""
    runs = await running.runs_of(visit, found.draft["id"])
    run = await running.run_with(visit, runs[0].id) if runs else None
    output = list[dict[str, Any]]()
    if run and not run.is_over:
        known_tails = {} if tails is None else tails
        output = await known_tails.setdefault(run.id, running.Tail(run.id)).read(visit)
    return {"run": run, "output": output, "stops": _stops(found.draft)}


def _stops(draft: status.Draft) -> tuple[tuple[str, str, tuple[entries.Entry, ...]], ...]:
    """Each red report: its title, its tab, its causes."""
    red = {
        "preview-report": draft["isPreviewable"] == "false",
        "publish-report": draft["status"] == "Failed",
    }
    return tuple(
        (title, tab, entries.causes(draft.get(field)))
        for tab, (_, field, title) in REPORTS.items()
        if red[tab]
    )


async def _latest(visit: Visit, found: Known, workflow: str) -> Shown | None:
    """The newest run of this kind."""
    runs = await running.runs_of(visit, found.draft["id"])
    kind = running.WORKFLOWS[workflow]
    return next((one for one in runs if one.kind == kind), None)


async def _full(visit: Visit, run: Shown | None) -> dict[str, Any] | None:
    """The full report of the run, if it left one."""
    if run is None:
        return None
    answer = await visit.calls.send(Call("GET", f"/console/reports/{run.id}/report.json"))
    return dict(answer.document) if answer.ok else None


def _missing(found: Known, workflow: str) -> str:
    """Why there is no report."""
    if workflow == "preview":
        pending = found.draft["isPreviewable"] == "pending"
        return "It is being made." if pending else "Request a preview to get one."
    going = found.draft["status"] == "Processing"
    return "It is being made." if going else "Publish the connector to get one."
