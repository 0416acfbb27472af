"""``/console/connectors/{id}/runs/{run}``: one preview or publish, step by step."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.connectors import running
from connectory.console.connectors.frame import around, framed, viewing
from connectory.console.connectors.reading import known
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment
from connectory.console.visit import Visit


async def show(request: Request) -> Response:
    visit = await viewing(request)
    return visit.page("connectors/run.html", **await _values(visit, _tail(request)))


async def events(request: Request) -> Response:
    visit, tail = await viewing(request), _tail(request)

    async def render() -> Fragment:
        values = await _values(visit, tail)
        html = fragment("connectors/run.html#live", **values, **framed(visit, values["found"]))
        return Fragment(html, over=values["run"].is_over)

    return live(request, render)


def _tail(request: Request) -> running.Tail:
    return running.Tail(request.path_params["run"], running.ALL_LINES)


async def _values(visit: Visit, tail: running.Tail) -> dict[str, Any]:
    """Raises a 404 for a run of something else. Reads on where ``tail`` has read to."""
    run_id = visit.request.path_params["run"]
    found = await known(visit)
    runs = await running.runs_of(visit, found.draft["id"])
    if run_id not in {one.id for one in runs}:
        raise HTTPException(404, "This connector has no such run.")
    run = await running.run_with(visit, run_id)
    said = await tail.read(visit)
    output = said if run.is_over else said[-running.MOST_LINES :]
    return around(found) | {"found": found, "run": run, "output": output}
