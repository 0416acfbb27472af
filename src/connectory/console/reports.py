"""Full reports for whoever is signed in; for everybody else the API's own endpoint answers."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from connectory.api.answers import POLICY
from connectory.console.calls import Call
from connectory.console.visit import signed_in, visiting


async def reports(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    if await signed_in(request) is None:
        await request.app.state.api(scope, receive, send)
        return
    visit = await visiting(request)
    answer = await visit.calls.send(Call("GET", request.url.path))
    headers = {"content-security-policy": POLICY}
    response = Response(answer.content, answer.status, headers, media_type=answer.media_type)
    await response(scope, receive, send)


ROUTES = [Mount("/console/reports", reports)]
