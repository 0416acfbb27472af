"""Projects: where Connectors are deployed to."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectory.auth.scopes import VIEW_PROJECTS
from connectory.console.calls import Call
from connectory.console.organization.telling import NOTHING, Refused, page_query, told
from connectory.console.rendering import segment
from connectory.console.visit import Visit, visiting
from connectory.regions import Region

PATH = "/platform/projects"
PAGE = "/console/projects"
MANAGE = "manage_projects"


def creating(key: str, region: str, production: bool) -> Call:
    return Call("POST", PATH, {"key": key, "region": region, "production": production})


def marking(key: str, production: bool) -> Call:
    return Call("POST", f"{PATH}/{segment(key)}", {"production": production})


def standing_in(key: str, url: str, auth_url: str = "") -> Call:
    """An empty address: nothing stands in for the commerce API any more."""
    auth = {"authUrl": auth_url} if auth_url else {}
    stand_in = {"apiUrl": url, **auth} if url else None
    return Call("POST", f"{PATH}/{segment(key)}", {"standIn": stand_in})


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(*VIEW_PROJECTS)
    return await _page(visit)


async def create(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(MANAGE)
    form = await visit.form()
    call = creating(form.text("key").strip(), form.text("region"), form.checked("production"))
    answer = await visit.calls.send(call)
    if not answer.ok:
        return await _page(visit, Refused(told(answer), form.values), answer.status)
    return visit.done(PAGE, answer, said=f"Project {call.body['key']} is there.")


async def mark(request: Request) -> Response:
    """In production, or not any more."""
    visit = await visiting(request)
    visit.require(MANAGE)
    form = await visit.form()
    key, wanted = request.path_params["key"], form.text("production") == "true"
    answer = await visit.calls.send(marking(key, wanted))
    return visit.done(PAGE, answer, said=f"{key} is {'' if wanted else 'not '}in production now.")


async def stand_in(request: Request) -> Response:
    """In place of the commerce API, or nothing any more."""
    visit = await visiting(request)
    visit.require(MANAGE)
    form = await visit.form()
    key, url = request.path_params["key"], form.text("stand_in").strip()
    answer = await visit.calls.send(standing_in(key, url, form.text("auth_url")))
    what = "a stand-in for the commerce API" if url else "the commerce API"
    said = f"{key} reaches {what} from the next start on."
    visit.tell(said if answer.ok else told(answer), answer)
    return visit.done(PAGE)


async def _page(visit: Visit, refused: Refused = NOTHING, status: int = 200) -> Response:
    page = await visit.calls.get(PATH, page_query(visit.request))
    return visit.page(
        "organization/projects.html",
        status,
        page=page,
        regions=[(one.value, one.value) for one in Region],
        marks={one["key"]: marking(one["key"], not one["production"]) for one in page["results"]},
        standing_in=standing_in("my-project", "http://127.0.0.1:8989"),
        creating=creating("my-project", Region.EUROPE_WEST1_GCP, False),
        refused=refused,
        manages=visit.may(MANAGE),
    )


ROUTES = [
    Route(PAGE, show, methods=["GET"]),
    Route(PAGE, create, methods=["POST"]),
    Route(f"{PAGE}/{{key}}/production", mark, methods=["POST"]),
    Route(f"{PAGE}/{{key}}/stand-in", stand_in, methods=["POST"]),
]
