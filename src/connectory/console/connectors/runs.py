"""``/console/connectors/{id}/runs/{run}``: one preview or publish, step by step."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.connectors import running
from connectory.console.connectors.frame import around, following, framed, viewing
from connectory.console.connectors.reading import known
from connectory.console.live import Fragment
from connectory.console.rendering import fragment
from connectory.console.visit import Visit


async def show(request: Request) -> Response:
    visit = await viewing(request)
    return visit.page("connectors/run.html", **await _values(visit))


async def events(request: Request) -> Response:
    visit, tail = await viewing(request), running.Tail(request.path_params["run"])

    async def render() -> Fragment:
        values = await _values(visit)
        if not values["run"].is_over:
            values["output"] = await tail.read(visit)
        html = fragment("connectors/run.html#live", **values, **framed(visit, values["found"]))
        return Fragment(html, over=values["run"].is_over)

    return await following(request, render)


async def _values(visit: Visit) -> dict[str, Any]:
    """Raises a 404 for a run of something else."""
    run_id = visit.request.path_params["run"]
    found = await known(visit)
    runs = await running.runs_of(visit, found.draft["id"])
    if run_id not in {one.id for one in runs}:
        raise HTTPException(404, "This connector has no such run.")
    run = await running.run_with(visit, run_id)
    most = running.ALL_LINES if run.is_over else running.MOST_LINES
    output = await running.Tail(run_id, most).read(visit)
    return around(found) | {"found": found, "run": run, "output": output}
