"""``…/revisions``: the states an installation ran in, each with what differs from the one that runs
now, and the way back to it."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.installations.comparing import comparison, policy_text
from connectory.console.installations.configuring import done, version_of
from connectory.console.installations.installation import MANAGE, SEE, Found, installation_of
from connectory.console.installations.places import offset_of

Document = Mapping[str, Any]
LONGEST: Final = 9
"""Digits of a revision's number."""


async def show(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    page = await _revisions(here, {"offset": offset_of(request.query_params)})
    running = await _running(here, page)
    return here.visit.page(
        "installations/revisions.html",
        installation=here.installation,
        page=page,
        running=running,
    )


async def show_one(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    number = _number(here, request.path_params["revision"])
    revision = await _revision(here, number)
    running = await _running(here, await _revisions(here, {"limit": 1}))
    other = await _other(here, revision, running)
    return here.visit.page(
        "installations/revision.html",
        installation=here.installation,
        revision=revision,
        runs_now=number == running,
        other=other,
        # from what runs now to what a rollback brings; of that itself, how it came about
        comparison=comparison(other, revision) if other else None,
        policy_text=policy_text,
        may_manage=here.visit.may(*MANAGE),
        why_not=_why_not(here, number, running),
        call=here.installation.rollback(number),
    )


async def roll_back(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    form = await here.visit.form()
    number = _number(here, request.path_params["revision"])
    answer = await here.calls.send(here.installation.rollback(number, version_of(form, here)))
    said = f"{here.installation.name} goes back to revision {number}."
    return done(here, answer, said)


async def _revisions(here: Found, query: Mapping[str, Any]) -> Document:
    found: Document = await here.calls.get(f"{here.installation.path}/revisions", query)
    return found


async def _revision(here: Found, number: int) -> Document:
    found: Document = await here.calls.get(f"{here.installation.path}/revisions/{number}")
    return found


async def _running(here: Found, page: Document) -> int | None:
    """The revision that answers now: the newest, whatever has been tried since."""
    if here.installation.going:
        return None
    newest = page if not page["offset"] else await _revisions(here, {"limit": 1})
    return next((int(one["revision"]) for one in newest["results"]), None)


async def _other(here: Found, revision: Document, running: int | None) -> Document | None:
    """What it is compared with: what runs now, or what ran before that."""
    if running is None:
        return None
    if running != revision["revision"]:
        return await _revision(here, running)
    before = await _revisions(here, {"limit": 1, "offset": 1})
    return next(iter(before["results"]), None)


def _why_not(here: Found, number: int, running: int | None) -> str:
    """Why nobody can go back to it now; empty when one can."""
    if here.installation.going:
        return "It is going away."
    if here.installation.busy:
        return "It is being deployed just now: going back is possible once that is done."
    if number == running and here.installation.document["status"] == "Deployed":
        return "It runs now."
    return ""


def _number(here: Found, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST:
        raise HTTPException(404, f"{here.installation.name} has no such revision.")
    return int(text)
