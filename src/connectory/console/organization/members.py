"""Members: who may sign in, and as what. A password that the platform makes is shown once."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectory.auth.roles import Role
from connectory.console.calls import Answer, Call
from connectory.console.organization.telling import NOTHING, Refused, page_query, told
from connectory.console.rendering import segment
from connectory.console.visit import Visit, visiting

PATH = "/platform/members"
PAGE = "/console/members"
MANAGE = "manage_members"
ROLES = {
    Role.ADMINISTRATOR: "Sets up Projects, members and API clients, and may do all that members do",
    Role.MEMBER: "Creates, publishes and installs Connectors",
    Role.REVIEWER: "Reads Connectors; in the operator's organization, certifies them",
}


def inviting(name: str, role: str) -> Call:
    return Call("POST", PATH, {"name": name, "role": role})


def giving_role(name: str, role: str) -> Call:
    return Call("POST", f"{PATH}/{segment(name)}/role", {"role": role})


def disabling(name: str, disabled: bool) -> Call:
    return Call("POST", f"{PATH}/{segment(name)}/disabled", {"disabled": disabled})


def resetting(name: str) -> Call:
    return Call("POST", f"{PATH}/{segment(name)}/password", {})


def removing(name: str) -> Call:
    return Call("DELETE", f"{PATH}/{segment(name)}")


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(MANAGE)
    return await _page(visit)


async def invite(request: Request) -> Response:
    """The answer is the page with the password itself: it goes into no session and no address."""
    visit = await visiting(request)
    visit.require(MANAGE)
    form = await visit.form()
    answer = await visit.calls.send(inviting(form.text("name").strip(), form.text("role")))
    if not answer.ok:
        return await _page(visit, Refused(told(answer), form.values), answer.status)
    return _with_password(visit, answer, 201)


async def one(request: Request) -> Response:
    """A member: the role, the password, whether they may come in."""
    visit = await visiting(request)
    visit.require(MANAGE)
    member = await _member(visit, request.path_params["name"])
    name = member["name"]
    return visit.page(
        "organization/member.html",
        member=member,
        roles=[(role.value, f"{role}: {meaning}") for role, meaning in ROLES.items()],
        himself=name == visit.person.name,
        calls={
            "role": giving_role(name, member["role"]),
            "disabled": disabling(name, not member["disabled"]),
            "password": resetting(name),
            "remove": removing(name),
        },
    )


async def give_role(request: Request) -> Response:
    visit, form, name = await _asked(request)
    role = form.text("role")
    return await _done(visit, name, giving_role(name, role), f"{name} is {role} now.")


async def disable(request: Request) -> Response:
    visit, form, name = await _asked(request)
    off = form.text("disabled") == "true"
    said = f"{name} cannot sign in any more." if off else f"{name} can sign in again."
    return await _done(visit, name, disabling(name, off), said)


async def reset(request: Request) -> Response:
    visit, _, name = await _asked(request)
    answer = await visit.calls.send(resetting(name))
    if not answer.ok:
        visit.tell(told(answer), answer)
        return visit.done(_page_of(name))
    return _with_password(visit, answer)


async def confirm_removal(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(MANAGE)
    name = (await _member(visit, request.path_params["name"]))["name"]
    return visit.page(
        "organization/confirm.html",
        title=f"Remove {name}?",
        text="They are signed out at once and cannot sign in any more. What they did stays in the "
        "audit log.",
        target=f"{_page_of(name)}/remove",
        label="Remove",
        back=_page_of(name),
        trail=[(PAGE, "Members"), (_page_of(name), name)],
        call=removing(name),
        fields=[],
    )


async def remove(request: Request) -> Response:
    visit, _, name = await _asked(request)
    answer = await visit.calls.send(removing(name))
    if not answer.ok:
        visit.tell(told(answer), answer)
        return visit.done(_page_of(name))
    return visit.done(PAGE, answer, said=f"{name} is removed.")


async def _page(visit: Visit, refused: Refused = NOTHING, status: int = 200) -> Response:
    return visit.page(
        "organization/members.html",
        status,
        page=await visit.calls.get(PATH, page_query(visit.request)),
        roles=ROLES,
        creating=inviting("ada@example.org", Role.MEMBER),
        refused=refused,
    )


async def _asked(request: Request) -> tuple[Visit, Any, str]:
    visit = await visiting(request)
    visit.require(MANAGE)
    return visit, await visit.form(), str(request.path_params["name"])


async def _done(visit: Visit, name: str, call: Call, said: str) -> Response:
    answer = await visit.calls.send(call)
    visit.tell(said if answer.ok else told(answer), answer)
    return visit.done(_page_of(name))


async def _member(visit: Visit, name: str) -> dict[str, Any]:
    """Somebody of this organization. Raises a 404."""
    page = await visit.calls.get(PATH, {"limit": "500"})
    found = next((one for one in page["results"] if one["name"] == name), None)
    if found is None:
        raise HTTPException(404, "This organization has no such member.")
    return dict(found)


def _with_password(visit: Visit, answer: Answer, status: int = 200) -> Response:
    made = answer.document
    return visit.page("organization/password.html", status, made=made, call=answer.call)


def _page_of(name: str) -> str:
    return f"{PAGE}/{segment(name)}"


ROUTES = [
    Route(PAGE, show, methods=["GET"]),
    Route(PAGE, invite, methods=["POST"]),
    Route(f"{PAGE}/{{name}}", one, methods=["GET"]),
    Route(f"{PAGE}/{{name}}/role", give_role, methods=["POST"]),
    Route(f"{PAGE}/{{name}}/disabled", disable, methods=["POST"]),
    Route(f"{PAGE}/{{name}}/password", reset, methods=["POST"]),
    Route(f"{PAGE}/{{name}}/remove", confirm_removal, methods=["GET"]),
    Route(f"{PAGE}/{{name}}/remove", remove, methods=["POST"]),
]
