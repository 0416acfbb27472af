"""``…/uninstall``: a page that asks first, and the call."""

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.installations.installation import LIST, MANAGE, installation_of
from connectory.console.installations.showing import applications


async def show(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    return here.visit.page(
        "installations/uninstall.html",
        installation=here.installation,
        applications=applications(here.installation.document),
        call=here.installation.uninstall(),
    )


async def uninstall(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    await here.visit.form()
    answer = await here.calls.send(here.installation.uninstall())
    said = f"{here.installation.name} is being uninstalled from {here.installation.project.key}."
    # its own page is gone a moment later
    return here.visit.done(LIST, answer, said=said)
