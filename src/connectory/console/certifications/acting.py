"""What a reviewer does with a certification: a form each, a call each."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Answer, Call
from connectory.console.certifications import calls
from connectory.console.certifications.showing import PAGE, Typed, page
from connectory.console.certifications.who import require_reviewer
from connectory.console.visit import Form, Visit, visiting

Handler = Callable[[Request], Any]
Document = Mapping[str, Any]
MEANWHILE = "Somebody changed it meanwhile; this is how it is now. Nothing of yours was saved."


def pressed(make: Callable[[Document], Call], said: str) -> Handler:
    """The handler of a button without fields. ``said`` is told when it worked."""

    async def handler(request: Request) -> Response:
        visit, _, review = await _asked(request)
        answer = await visit.calls.send(make(review))
        if answer.status == 409:
            visit.tell(MEANWHILE, answer)
            return visit.done(_page_of(review))
        return visit.done(_page_of(review), answer, said=said)

    return handler


async def answer(request: Request) -> Response:
    visit, form, review = await _asked(request)
    name, verdict = form.text("requirement"), form.text("verdict")
    if verdict not in {"Met", "Unmet"}:
        return await _again(visit, review, form, name, "Choose Met or Not met.")
    said = await visit.calls.send(calls.answer(review, name, verdict, form.text("note").strip()))
    if not said.ok:
        return await _refused(visit, review, form, name, said)
    return visit.done(f"{_page_of(review)}#r-{name}", said, said=f"Answered: {name}.")


async def comment(request: Request) -> Response:
    visit, form, review = await _asked(request)
    text = form.text("comment").strip()
    if not text:
        return await _again(visit, review, form, "comment", "Write something to the creator.")
    said = await visit.calls.send(calls.comment(review, text))
    if not said.ok:
        return await _refused(visit, review, form, "comment", said)
    return visit.done(f"{_page_of(review)}#conversation", said, said="The creator can read it now.")


async def grant(request: Request) -> Response:
    visit, form, review = await _asked(request)
    said = await visit.calls.send(calls.grant(review, form.text("reason").strip()))
    if not said.ok:
        return await _refused(visit, review, form, "grant", said)
    told = "Granted: the Connector is certified, public and listed on the Marketplace."
    return visit.done(_page_of(review), said, said=told)


async def reject(request: Request) -> Response:
    visit, form, review = await _asked(request)
    reason = form.text("reason").strip()
    if not reason:
        return await _again(visit, review, form, "reject", "Say why: the creator reads it.")
    said = await visit.calls.send(calls.reject(review, reason))
    if not said.ok:
        return await _refused(visit, review, form, "reject", said)
    return visit.done(_page_of(review), said, said="Rejected. The creator reads why.")


async def _asked(request: Request) -> tuple[Visit, Form, Document]:
    """Who asks, what was typed, and the version of the review that the page was shown with."""
    visit = await visiting(request)
    require_reviewer(visit)
    form = await visit.form()
    given = form.text("version")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    return visit, form, {"id": request.path_params["id"], "version": version}


async def _refused(visit: Visit, review: Document, form: Form, name: str, said: Answer) -> Response:
    problem = MEANWHILE if said.status == 409 else " ".join(said.messages)
    return await _again(visit, review, form, name, problem, said.status)


async def _again(
    visit: Visit, review: Document, form: Form, name: str, problem: str, status: int = 400
) -> Response:
    """The page with everything that was typed; what is wrong stands beside it."""
    return await page(visit, review["id"], Typed(name, form.values, problem), status)


def _page_of(review: Document) -> str:
    return f"{PAGE}/{review['id']}"
