"""``…/configuration``: other values for what runs, by a redeploy."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Answer
from connectory.console.installations import fields, values
from connectory.console.installations.fields import Groups
from connectory.console.installations.installation import (
    MANAGE,
    SEE,
    Found,
    Installation,
    installation_of,
)
from connectory.console.installations.problems import with_problems
from connectory.console.visit import Form

PREFIX: Final = "value"
CONFLICT: Final = 409
CHANGED: Final = (
    "Somebody changed it meanwhile; this is how it is now. Nothing of yours was saved: "
    "look at it again, then try again."
)


async def show(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    return _page(here, deployed(here.installation))


async def redeploy(request: Request) -> Response:
    """With what was changed in the form, and nothing else."""
    here = await installation_of(request, *MANAGE)
    form = await here.visit.form()
    known = deployed(here.installation)
    action = values.changed_values(known, form) | skipping(form)
    answer = await here.calls.send(here.installation.redeploy(version_of(form, here), **action))
    if answer.ok:
        return here.visit.done(here.installation.address, answer, said=said(here.installation))
    if answer.status == CONFLICT:
        now = await here.again()
        return _page(now, deployed(now.installation), (CHANGED,), CONFLICT)
    groups, others = with_problems(values.with_typed(known, form), answer)
    return _page(here, groups, others, answer.status)


async def redeploy_as_it_is(request: Request) -> Response:
    """The same version with the same values, once more."""
    here = await installation_of(request, *MANAGE)
    form = await here.visit.form()
    answer = await here.calls.send(here.installation.redeploy(version_of(form, here)))
    return done(here, answer, said(here.installation))


def done(here: Found, answer: Answer, said: str) -> Response:
    """Back to the page of the installation, which tells how it went."""
    if answer.status == CONFLICT:
        here.visit.tell(CHANGED, answer)
        return here.visit.done(here.installation.address)
    return here.visit.done(here.installation.address, answer, said=said)


def said(installation: Installation) -> str:
    return f"{installation.name} is being redeployed."


def deployed(installation: Installation) -> Groups:
    """The form with the values that run now."""
    names = (one["applicationName"] for one in installation.document["applications"])
    groups = fields.groups_of(installation.document["connector"], PREFIX, only=names)
    known = fields.with_deployed(groups, installation.document)
    return fields.with_overrides(known, installation.document, PREFIX)


def version_of(form: Form, here: Found) -> int:
    """The version that the page was shown with."""
    given = form.text("version")
    known: int = here.installation.document["version"]
    return int(given) if given.isdecimal() and len(given) < 18 else known


def skipping(form: Form) -> dict[str, Any]:
    return {"skipScripts": True} if form.checked("skipScripts") else {}


def _page(
    here: Found, groups: Groups, problems: tuple[str, ...] = (), status: int = 200
) -> Response:
    return here.visit.page(
        "installations/configuration.html",
        status,
        installation=here.installation,
        may_manage=here.visit.may(*MANAGE),
        groups=groups,
        problems=problems,
        call=here.installation.redeploy(**_example(groups)),
    )


def _example(groups: Groups) -> dict[str, Any]:
    """The first value that could be changed, to show the shape of the call."""
    for group in groups:
        for field in group.fields:
            kind = "securedConfiguration" if field.secured else "standardConfiguration"
            one = {kind: [{"key": field.key, "value": values.UNKNOWN}]}
            if group.application == fields.SHARED:
                return {"globalConfiguration": one}
            return {"configurationValues": [{"applicationName": group.application, **one}]}
    return {}
