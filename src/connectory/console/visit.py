"""One request of one person: who it is, what they may call, and how a page is answered."""

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from connectory.api.context import Context
from connectory.auth import Project
from connectory.auth.roles import caller_for
from connectory.auth.store import projects_of
from connectory.auth.users import Person, person_with_name
from connectory.console.calls import Answer, Call, Calls
from connectory.console.rendering import rendered

LONGEST_FORM: Final = 1024 * 1024
MOST_FIELDS: Final = 2000


class SignInNeeded(Exception):  # noqa: N818 - a state, not a fault
    """Nobody is signed in. ``back`` is the page that was asked for."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


@dataclass(frozen=True)
class Visit:
    """A signed-in person's request. ``project`` is the Project they work in now."""

    request: Request
    context: Context
    person: Person
    projects: tuple[Project, ...]
    project: Project
    scopes: frozenset[str]
    """Without their ``:{projectKey}``."""
    calls: Calls

    def calls_in(self, project_key: str) -> Calls:
        """The API in another Project of the organization. Raises a 404 for any other."""
        found = next((one for one in self.projects if one.key == project_key), None)
        if found is None:
            raise HTTPException(404, "This organization has no such Project.")
        return _calls(self.request, self.person, found)

    def may(self, *any_of: str) -> bool:
        return bool(self.scopes.intersection(any_of))

    def require(self, *any_of: str) -> None:
        """For pages that are not for everybody; the API says the same of every call."""
        if not self.may(*any_of):
            raise HTTPException(403, "Your role does not include this.")

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        messages = self.request.session.pop("messages", ())
        return rendered(self.request, template, status, visit=self, messages=messages, **values)

    async def form(self) -> "Form":
        """What was posted. Raises a 403 unless it came from a page of this session."""
        require_same_origin(self.request)
        given = await read_form(self.request)
        token = self.request.session["csrf"].encode()
        if not hmac.compare_digest(given.text("csrf").encode(), token):
            raise HTTPException(403, "This form is too old. Go back, reload the page, try again.")
        return given

    def done(self, to: str, *answers: Answer, said: str = "") -> Response:
        """Off to the page ``to``, which tells what was done: the calls with their answers."""
        for answer in answers:
            self.tell(said if answer.ok else "; ".join(answer.messages), answer)
        if said and not answers:
            self.tell(said)
        return RedirectResponse(to, 303)

    def tell(self, text: str, answer: Answer | None = None) -> None:
        """A message on the next page."""
        told: dict[str, Any] = {"text": text, "ok": answer is None or answer.ok, "method": ""}
        if answer is not None:
            call, shown = answer.call, answer.call.json
            told |= {"method": call.method, "path": call.path, "status": answer.status}
            told["body"] = shown if len(shown) < 4000 and not _is_secret(call) else ""
        self.request.session["messages"] = [*self.request.session.get("messages", ()), told][-5:]


@dataclass(frozen=True)
class Form:
    """Posted fields: several values of one name in their order."""

    fields: tuple[tuple[str, str], ...]

    def text(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.fields if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.fields if key == name)

    def checked(self, name: str) -> bool:
        return bool(self.text(name))

    @property
    def values(self) -> Mapping[str, str]:
        """Each field's last value, to fill the form again."""
        return dict(self.fields)


async def visiting(request: Request) -> Visit:
    """Who is here. Raises ``SignInNeeded``."""
    person = await signed_in(request)
    if person is None:
        raise SignInNeeded(asked_for(request))
    context = context_of(request)
    projects = await context.database.read(lambda c: projects_of(c, person.organization_id))
    if not projects:
        raise HTTPException(409, "This organization has no Project yet.")
    chosen = request.session.get("project")
    project = next((one for one in projects if one.key == chosen), projects[0])
    scopes = frozenset(one.partition(":")[0] for one in caller_for(person, project).scopes)
    calls = _calls(request, person, project)
    return Visit(request, context, person, projects, project, scopes, calls)


async def signed_in(request: Request) -> Person | None:
    """The person of this session, as they are now: who was removed is out at once."""
    name = request.session.get("person")
    if not name or time.time() > request.session.get("until", 0):
        return None
    return await context_of(request).database.read(lambda c: person_with_name(c, name))


def begin_session(request: Request, person: Person, longest: float) -> None:
    """Sign ``person`` in for at most ``longest`` seconds."""
    request.session.clear()
    request.session.update(
        person=person.name, csrf=secrets.token_urlsafe(24), until=time.time() + longest
    )


def stranger(request: Request) -> Calls:
    """The API for whoever is not signed in."""
    return Calls(request.app.state.api, None, _correlation(request))


def context_of(request: Request) -> Context:
    return cast("Context", request.app.state.context)


def require_same_origin(request: Request) -> None:
    """Raises a 403 for a form that another site's page sent (every browser names the origin)."""
    origin = request.headers.get("origin", "")
    ours = context_of(request).settings.origin
    if origin != ours and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise HTTPException(403, "This form came from another site.")


async def read_form(request: Request) -> Form:
    """Raises a 413 or 400 for what is no form of ours."""
    if int(request.headers.get("content-length") or LONGEST_FORM + 1) > LONGEST_FORM:
        raise HTTPException(413, "This form is too long.")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(400, "A form is sent as application/x-www-form-urlencoded.")
    async with request.form(max_fields=MOST_FIELDS, max_files=0) as given:
        return Form(tuple((name, str(value)) for name, value in given.multi_items()))


def asked_for(request: Request) -> str:
    """This page's own address, to come back to; of a form's target, the console's start."""
    if request.method != "GET":
        return "/console"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


def local(path: str, default: str = "/console") -> str:
    """``path`` when it leads to a page of ours, else ``default``: never to another site."""
    parts = urlsplit(path)
    ours = path.startswith(("/console", "/marketplace")) and not (parts.scheme or parts.netloc)
    printable = path.isprintable() and "\\" not in path and "//" not in parts.path
    return path if ours and printable else default


def _calls(request: Request, person: Person, project: Project) -> Calls:
    caller = caller_for(person, project)
    return Calls(request.app.state.api, caller, _correlation(request))


def _correlation(request: Request) -> str:
    return str(request.scope.get("connectory.correlation", ""))


def _is_secret(call: Call) -> bool:
    """Whether the body may hold a secured value or a password, which no session keeps."""
    return "/deployments" in call.path or "/members" in call.path
