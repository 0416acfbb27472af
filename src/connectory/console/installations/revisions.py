"""``…/revisions``: the states an installation ran in, and the way back to one."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.installations.configuring import done, version_of
from connectory.console.installations.installation import MANAGE, SEE, Found, installation_of

LONGEST: Final = 9
"""Digits of a revision's number."""


async def show(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    revisions = await here.calls.get(f"{here.installation.path}/revisions")
    return here.visit.page(
        "installations/revisions.html",
        installation=here.installation,
        may_manage=here.visit.may(*MANAGE),
        revisions=[(one, here.installation.rollback(one["revision"])) for one in revisions["results"]],
    )


async def roll_back(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    form = await here.visit.form()
    number = _number(here, request.path_params["revision"])
    answer = await here.calls.send(here.installation.rollback(number, version_of(form, here)))
    said = f"{here.installation.name} goes back to revision {number}."
    return done(here, answer, said)


def _number(here: Found, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST:
        raise HTTPException(404, f"{here.installation.name} has no such revision.")
    return int(text)
