"""API clients: who may call the API for a Project. A secret is shown once, and kept nowhere."""

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectory.auth.scopes import SCOPES, covers
from connectory.console.calls import Call, Calls
from connectory.console.organization.telling import NOTHING, Refused, page_query, told
from connectory.console.rendering import segment
from connectory.console.visit import Visit, visiting

PATH = "/platform/api-clients"
PAGE = "/console/api-clients"
MANAGE = "manage_api_clients"


def creating(project: str, name: str, scopes: Sequence[str]) -> Call:
    return Call("POST", PATH, {"projectKey": project, "name": name, "scopes": list(scopes)})


def deleting(client_id: str) -> Call:
    return Call("DELETE", f"{PATH}/{segment(client_id)}")


def offered(held: frozenset[str], project: str) -> tuple[str, ...]:
    """The scopes that somebody with ``held`` may give an API client of this Project."""
    return tuple(f"{one}:{project}" for one in SCOPES if covers(held, one))


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(MANAGE)
    return await _page(visit, _project(request, visit))


async def create(request: Request) -> Response:
    """The answer is the page with the secret itself: it goes into no session and no address."""
    visit = await visiting(request)
    visit.require(MANAGE)
    form = await visit.form()
    project, scopes = form.text("project"), form.all("scope")
    calls = visit.calls_in(project)
    refused = Refused("Choose at least one scope.", form.values, scopes)
    if not scopes:
        return await _page(visit, project, refused, 400)
    answer = await calls.send(creating(project, form.text("name").strip(), scopes))
    if not answer.ok:
        refused = Refused(told(answer), form.values, scopes)
        return await _page(visit, project, refused, answer.status)
    return visit.page(
        "organization/api-client.html", 201, made=answer.document, call=answer.call,
        name=form.text("name").strip(), origin=visit.context.settings.origin,
    )  # fmt: skip


async def confirm(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(MANAGE)
    project = _project(request, visit)
    client = await _client(visit.calls_in(project), project, request.path_params["id"])
    return visit.page(
        "organization/confirm.html",
        title=f"Delete the API client {client['name']}?",
        text="It and its access tokens are void at once. Whoever uses it is refused from then on.",
        target=f"{PAGE}/{segment(client['clientId'])}/delete",
        label="Delete",
        back=f"{PAGE}?project={segment(project)}",
        trail=[(PAGE, "API clients")],
        call=deleting(client["clientId"]),
        fields=[("project", project)],
    )


async def delete(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(MANAGE)
    project = (await visit.form()).text("project")
    answer = await visit.calls_in(project).send(deleting(request.path_params["id"]))
    return visit.done(f"{PAGE}?project={segment(project)}", answer, said="Deleted.")


async def _page(
    visit: Visit, project: str, refused: Refused = NOTHING, status: int = 200
) -> Response:
    query = {**page_query(visit.request), "projectKey": project}
    page = await visit.calls_in(project).get(PATH, query)
    scopes = offered(visit.scopes, project)
    return visit.page(
        "organization/api-clients.html",
        status,
        page=page,
        chosen=project,
        scopes=scopes,
        creating=creating(project, "My script", scopes[:1]),
        refused=refused,
    )


async def _client(calls: Calls, project: str, client_id: str) -> dict[str, str]:
    """One of the Project's. Raises a 404."""
    page = await calls.get(PATH, {"projectKey": project, "limit": "500"})
    found = next((one for one in page["results"] if one["clientId"] == client_id), None)
    if found is None:
        raise HTTPException(404, "This Project has no such API client.")
    return dict(found)


def _project(request: Request, visit: Visit) -> str:
    return request.query_params.get("project", "") or visit.project.key


ROUTES = [
    Route(PAGE, show, methods=["GET"]),
    Route(PAGE, create, methods=["POST"]),
    Route(f"{PAGE}/{{id}}/delete", confirm, methods=["GET"]),
    Route(f"{PAGE}/{{id}}/delete", delete, methods=["POST"]),
]
