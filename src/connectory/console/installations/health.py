"""``…/health``: the instances of each application, how they are, and what went wrong with them."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.installations.installation import (
    RUNNING,
    SEE,
    Found,
    Label,
    installation_of,
)
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment

Document = Mapping[str, Any]
TEMPLATE: Final = "installations/health.html"
LOOK_AGAIN: Final = 2.0
"""Seconds; what processes do is written nowhere."""
TONES: Final = {
    "is running": Label("Running", "good"),
    "is starting": Label("Starting", "busy"),
    "is asleep": Label("Asleep"),
    "has stopped and is started again shortly": Label("Stopped, starts again shortly", "bad"),
    "is not running": Label("Not running", "bad"),
}


async def show(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    return here.visit.page(
        TEMPLATE,
        installation=here.installation,
        events=f"{here.installation.address}/health/events",
        **await _shown(here),
    )


async def events(request: Request) -> Response:
    here = await installation_of(request, *SEE)

    async def render() -> Fragment:
        now = await here.again()
        html = fragment(
            f"{TEMPLATE}#applications",
            request=request,
            path=now.installation.address,
            visit=now.visit,
            installation=now.installation,
            **await _shown(now),
        )
        return Fragment(html, again=LOOK_AGAIN)

    return live(request, render)


def label(state: Document) -> Label:
    """How an application, or an instance, is in a word."""
    if state["crashLoop"]:
        return Label("Ends again and again", "bad")
    return TONES.get(state["phase"], Label(str(state["phase"])))


async def _shown(here: Found) -> dict[str, Any]:
    types = {one["applicationName"]: one["type"] for one in here.installation.applications}
    found = await here.calls.get(f"{here.installation.platform}/instances")
    states = found["applications"]
    return {
        "states": [one for one in states if types.get(one["applicationName"]) in RUNNING],
        "types": types,
        "label": label,
    }
