"""``…/version``: the same installation on the version its Connector has become."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Call
from connectory.console.installations import values
from connectory.console.installations.configuring import (
    CHANGED,
    CONFLICT,
    PREFIX,
    skipping,
    version_of,
)
from connectory.console.installations.fields import Groups
from connectory.console.installations.installation import MANAGE, Found, installation_of
from connectory.console.installations.problems import with_problems
from connectory.console.installations.versions import Difference, difference

LATEST: Final = "It runs the latest version already, or its Connector is not there any more."


async def newer(here: Found) -> Mapping[str, Any] | None:
    """What the Connector has become since it was installed; for a preview, the draft as it is once
    a preview of it is accepted. None when that is what runs."""
    deployment = here.installation.document
    connector = deployment["connector"]
    path = "/connectors/drafts/" if deployment["preview"] else "/connectors/"
    answer = await here.calls.send(Call("GET", f"{path}{connector['id']}"))
    if not answer.ok or answer.document["version"] <= connector["version"]:
        return None
    ready = not deployment["preview"] or answer.document["isPreviewable"] == "true"
    found: Mapping[str, Any] = answer.document
    return found if ready else None


async def show(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    differs = await _differs(here)
    return _page(here, differs, differs.new)


async def move(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    form = await here.visit.form()
    differs = await _differs(here)
    action = values.new_values(differs.new, form) | skipping(form)
    call = here.installation.redeploy(version_of(form, here), updateConnector=True, **action)
    answer = await here.calls.send(call)
    if answer.ok:
        said = f"{here.installation.name} is moving to version {differs.after['version']}."
        return here.visit.done(here.installation.address, answer, said=said)
    if answer.status == CONFLICT:
        return _page(await here.again(), differs, differs.new, (CHANGED,), CONFLICT)
    groups, others = with_problems(values.with_typed(differs.new, form), answer)
    return _page(here, differs, groups, others, answer.status)


async def _differs(here: Found) -> Difference:
    after = await newer(here)
    if after is None:
        raise HTTPException(404, LATEST)
    return difference(here.installation.document, after, PREFIX)


def _page(
    here: Found,
    differs: Difference,
    groups: Groups,
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    example = values.renamed(values.example(groups)) if groups else {}
    return here.visit.page(
        "installations/version.html",
        status,
        installation=here.installation,
        differs=differs,
        groups=groups,
        problems=problems,
        call=here.installation.redeploy(updateConnector=True, **example),
    )
