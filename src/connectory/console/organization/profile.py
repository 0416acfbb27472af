"""Oneself: what one may do, and one's own password."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectory.auth.passwords import LONGEST, SHORTEST
from connectory.console.calls import Call
from connectory.console.login import start
from connectory.console.organization.telling import told
from connectory.console.rendering import segment
from connectory.console.visit import Visit, visiting

PAGE = "/console/profile"
NONE: Mapping[str, str] = {}


def changing(name: str, old: str, new: str) -> Call:
    return Call("POST", f"/platform/members/{segment(name)}/password", {"old": old, "new": new})


async def show(request: Request) -> Response:
    return _page(await visiting(request))


async def change_password(request: Request) -> Response:
    """Ends every session of this person; the one at hand begins anew."""
    visit = await visiting(request)
    form = await visit.form()
    old, new = form.text("old"), form.text("new")
    if new != form.text("again"):
        return _page(visit, {"again": "It differs from the new password."}, 400)
    answer = await visit.calls.send(changing(visit.person.name, old, new))
    if not answer.ok:
        field = "old" if "PasswordIncorrect" in answer.codes else "new"
        return _page(visit, {field: told(answer)}, answer.status)
    await start(request, visit.person)
    visit.tell("Your password is changed. Everywhere else, you are signed out.")
    return visit.done(PAGE)


def _page(visit: Visit, problems: Mapping[str, str] = NONE, status: int = 200) -> Response:
    return visit.page(
        "organization/profile.html",
        status,
        scopes=sorted(visit.scopes),
        problems=problems,
        shortest=SHORTEST,
        longest=LONGEST,
        changing=changing(visit.person.name, "…", "…"),
    )


ROUTES = [
    Route(PAGE, show, methods=["GET"]),
    Route(PAGE, change_password, methods=["POST"]),
]
