"""``…/jobs``: when jobs run, what their runs came to, and one more run by hand."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import located
from connectory.console.installations.installation import MANAGE, SEE, Found, installation_of
from connectory.console.installations.job import Job, Run, job_of, jobs_of
from connectory.console.installations.places import offset_of
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment

PAGE: Final = 20
LOOK_AGAIN: Final = 2.0
"""Seconds; runs begin and end without anybody who waits for changes being told."""
LIST, ONE = "installations/jobs.html", "installations/job.html"


async def show(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    return here.visit.page(
        LIST,
        installation=here.installation,
        # an application may be called events: its page is below jobs/
        events=f"{here.installation.address}/all-jobs/events",
        **await _all(here),
    )


async def events(request: Request) -> Response:
    here = await installation_of(request, *SEE)

    async def render() -> Fragment:
        return Fragment(_block(f"{LIST}#jobs", here, await _all(here)), again=LOOK_AGAIN)

    return live(request, render)


async def show_one(request: Request) -> Response:
    here = await installation_of(request, *SEE)
    shown = await _one(here)
    address = f"{shown['job'].address}/events"
    return here.visit.page(
        ONE,
        installation=here.installation,
        events=located(address, {"offset": offset_of(request.query_params) or None}),
        **shown,
    )


async def events_of_one(request: Request) -> Response:
    here = await installation_of(request, *SEE)

    async def render() -> Fragment:
        return Fragment(_block(f"{ONE}#runs", here, await _one(here)), again=LOOK_AGAIN)

    return live(request, render)


async def run_now(request: Request) -> Response:
    here = await installation_of(request, *MANAGE)
    await here.visit.form()
    job = await job_of(here, request.path_params["application"])
    answer = await here.calls.send(job.run_now)
    return here.visit.done(job.address, answer, said=f"{job.application} runs now.")


async def _all(here: Found) -> dict[str, Any]:
    return {"jobs": await jobs_of(here), "may_manage": here.visit.may(*MANAGE)}


async def _one(here: Found) -> dict[str, Any]:
    job: Job = await job_of(here, here.visit.request.path_params["application"])
    offset = offset_of(here.visit.request.query_params)
    page = await here.calls.get(job.path, {"limit": PAGE, "offset": offset or None})
    return {
        "job": job,
        "page": page,
        "runs": [Run(one) for one in page["results"]],
        "may_manage": here.visit.may(*MANAGE),
    }


def _block(block: str, here: Found, shown: dict[str, Any]) -> str:
    return fragment(
        block,
        request=here.visit.request,
        path=here.installation.address,
        visit=here.visit,
        installation=here.installation,
        **shown,
    )
