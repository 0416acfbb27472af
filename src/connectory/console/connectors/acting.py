"""The buttons of Connector Details: each makes one call, and the page tells how it went."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Answer, Call
from connectory.console.connectors import calls
from connectory.console.connectors.fields import unbroken
from connectory.console.connectors.reading import CHANGING, draft_of, version_of
from connectory.console.visit import Visit, visiting

SAID = {
    "preview": "A preview is requested.",
    "publish": "Publishing has begun.",
    "list": "Publishing for the Marketplace has begun. A review follows when the checks pass.",
    "unlist": "The Connector is no longer listed. Its Deployments go on.",
}
MEANWHILE = "Somebody changed it meanwhile; this is how it is now."


async def act(request: Request) -> Response:
    """``preview``, ``publish``, ``list`` or ``unlist``."""
    name = request.path_params["act"]
    if name not in calls.ACTIONS:
        raise HTTPException(404)
    visit = await visiting(request)
    form = await visit.form()
    visit.require(*CHANGING)
    draft = await draft_of(visit)
    call = calls.action(draft, calls.ACTIONS[name], version=version_of(form, draft))
    return await done(visit, call, calls.address(draft), SAID[name])


async def comment(request: Request) -> Response:
    visit = await visiting(request)
    form = await visit.form()
    visit.require(*CHANGING)
    draft = await draft_of(visit)
    # a comment is welcome in every state: whatever changed meanwhile does not matter to it
    call = calls.comment(draft, unbroken(form.text("comment")).strip())
    return await done(visit, call, calls.address(draft, "certification"), "Your answer is sent.")


async def withdraw(request: Request) -> Response:
    visit = await visiting(request)
    form = await visit.form()
    visit.require(*CHANGING)
    draft = await draft_of(visit)
    call = calls.withdrawal(form.text("review"), version_of(form, draft))
    target = calls.address(draft, "certification")
    return await done(visit, call, target, "The request for certification is withdrawn.")


async def ask_deletion(request: Request) -> Response:
    """The page that says what is lost."""
    visit = await visiting(request)
    visit.require(*CHANGING)
    draft = await draft_of(visit)
    call = calls.deletion(draft)
    return visit.page("connectors/delete.html", draft=draft, call=call)


async def delete(request: Request) -> Response:
    visit = await visiting(request)
    await visit.form()
    visit.require(*CHANGING)
    draft = await draft_of(visit)
    answer = await visit.calls.send(calls.deletion(draft))
    target = "/console/connectors" if answer.ok else calls.address(draft)
    return visit.done(target, answer, said=f"{draft['name']} is deleted.")


async def done(visit: Visit, call: Call, target: str, said: str) -> Response:
    """Off to ``target`` with what came of the call."""
    answer = await visit.calls.send(call)
    if answer.status == 409:
        answer = _meanwhile(answer)
    return visit.done(target, answer, said=said)


def _meanwhile(answer: Answer) -> Answer:
    return Answer(answer.call, answer.status, {"message": MEANWHILE})
