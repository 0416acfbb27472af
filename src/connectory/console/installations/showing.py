"""``/console/installations/{project}/{id}``: what runs, how it got there, where it answers."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import CallRefused
from connectory.console.connectors.entries import entries
from connectory.console.installations.installation import GONE, MANAGE, SEE, Found, installation_of
from connectory.console.installations.moving import newer
from connectory.console.installations.runs import doing, latest_run
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment

TEMPLATE = "installations/page.html"
BLOCK = f"{TEMPLATE}#status"
GONE_BLOCK = "installations/gone.html#gone"


async def show(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    shown = await _shown(here)
    return here.visit.page(TEMPLATE, installation=here.installation, live=False, **shown)


async def events(request: Request) -> Response:
    """The same, as it changes; over when it is done, or gone."""
    here = await installation_of(request, *SEE)

    async def render() -> Fragment:
        try:
            now = await here.again()
            shown = await _shown(now)
        except CallRefused as refused:
            if refused.answer.status != GONE:
                raise
            return Fragment(_fragment(request, GONE_BLOCK, here, {}), over=True)
        html, whole = (_fragment(request, BLOCK, now, shown, live=said) for said in (True, False))
        return Fragment(html, over=not now.installation.busy, whole=whole)

    return live(request, render)


async def _shown(here: Found) -> dict[str, Any]:
    document = here.installation.document
    run, newest, kept = await asyncio.gather(
        latest_run(here.calls, document["id"]),
        newer(here),
        here.calls.get(f"{here.installation.path}/revisions"),
    )
    return {
        "may_manage": here.visit.may(*MANAGE),
        "run": run,
        "doing": doing(run),
        "entries": entries(_report(document)),
        "newest": newest,
        "served_before": kept["total"] > 0,
        "applications": here.installation.applications,
        "redeploy": here.installation.redeploy(),
        "uninstall": here.installation.uninstall(),
    }


def _report(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return (document["details"].get("build") or {}).get("report")


def _fragment(
    request: Request, block: str, here: Found, shown: Mapping[str, Any], *, live: bool = True
) -> str:
    return fragment(
        block,
        request=request,
        path=here.installation.address,
        visit=here.visit,
        installation=here.installation,
        live=live,
        **shown,
    )
