"""Full reports for whoever is signed in; for everybody else the API's own endpoint answers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from connectory.api.answers import POLICY, page_answer
from connectory.console.calls import Call, CallRefused
from connectory.console.visit import Visit, signed_in, visiting
from connectory.findings.report import from_json

HERE = "/console/reports/"
NO_PAGE = (".json", ".sarif")


async def reports(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    if await signed_in(request) is None:
        await request.app.state.api(scope, receive, send)
        return
    visit = await visiting(request)
    is_page = not request.url.path.endswith(NO_PAGE)
    response = await (_page(visit) if is_page else _as_it_is(visit))
    await response(scope, receive, send)


async def _page(visit: Visit) -> Response:
    """The API's page, with the way back that only the console knows."""
    run_id = visit.request.url.path.removeprefix(HERE)
    answer = await visit.calls.send(Call("GET", f"{HERE}{run_id}/report.json"))
    if not answer.ok:
        raise CallRefused(answer)
    # loaded with the first page, for a fast start
    from connectory.findings.page import to_page

    return page_answer(to_page(from_json(answer.content), await _back(visit, run_id)))


async def _back(visit: Visit, run_id: str) -> str:
    """The run's page, among those of its draft."""
    answer = await visit.calls.send(Call("GET", f"/platform/runs/{run_id}"))
    if not answer.ok:
        return "/console"
    return f"/console/connectors/{answer.document['resourceId']}/runs/{run_id}"


async def _as_it_is(visit: Visit) -> Response:
    answer = await visit.calls.send(Call("GET", visit.request.url.path))
    headers = {"content-security-policy": POLICY}
    return Response(answer.content, answer.status, headers, media_type=answer.media_type)


ROUTES = [Mount("/console/reports", reports)]
