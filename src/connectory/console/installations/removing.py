"""``…/uninstall``: a page that asks first, and the call."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.installations.installation import LIST, MANAGE, installation_of

SKIP: Final = "skipScripts"
"""For what could not be taken down because a script of its Connector failed."""


async def show(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    skips = SKIP in request.query_params
    return here.visit.page(
        "installations/uninstall.html",
        installation=here.installation,
        skips=skips,
        call=here.installation.uninstall(skip_scripts=skips),
    )


async def uninstall(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    form = await here.visit.form()
    call = here.installation.uninstall(skip_scripts=form.checked(SKIP))
    answer = await here.calls.send(call)
    said = f"{here.installation.name} is being uninstalled from {here.installation.project.key}."
    # its own page is gone a moment later
    return here.visit.done(LIST, answer, said=said)
