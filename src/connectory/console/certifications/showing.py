"""The page of one certification: everything that a verdict rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from connectory.certification.review import OPEN, ReviewState
from connectory.console.calls import Call, CallRefused
from connectory.console.certifications import calls, checklist, differing, findings, places
from connectory.console.certifications.board import LABELS
from connectory.console.certifications.who import is_mine, require_reviewer
from connectory.console.live import Fragment, live
from connectory.console.rendering import fragment
from connectory.console.visit import Visit, visiting

Document = Mapping[str, Any]
PAGE = "/console/certifications"


@dataclass(frozen=True)
class Typed:
    """A form that was refused: which one, what was in it, and what is wrong."""

    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def value(self, form: str, name: str) -> str:
        return self.values.get(name, "") if form == self.form else ""

    def problem_of(self, form: str) -> str:
        return self.problem if form == self.form else ""


NOTHING = Typed()


async def show(request: Request) -> Response:
    visit = await visiting(request)
    require_reviewer(visit)
    return await page(visit, request.path_params["id"])


async def page(visit: Visit, review_id: str, typed: Typed = NOTHING, status: int = 200) -> Response:
    """Raises ``CallRefused``."""
    path = f"{calls.PATH}/{review_id}"
    shown = await visit.calls.get(path)
    log = await visit.calls.get(f"{path}/log")
    report = await visit.calls.get(f"{path}/report.json")
    every = visit.request.query_params.get("show") == "all"
    values = {**_parts(visit, shown), **_working(shown, every), "typed": typed}
    return visit.page(
        "certifications/page.html",
        status,
        events=log["events"],
        found=findings.of_report(report),
        report=report,
        actions=_actions(shown["review"]),
        **values,
    )


async def events(request: Request) -> Response:
    """What others do meanwhile: the state, the tag, what the creator says."""
    visit = await visiting(request)
    require_reviewer(visit)
    path = f"{calls.PATH}/{request.path_params['id']}"
    seen = request.query_params.get("version", "")

    async def render() -> Fragment:
        shown = await visit.calls.get(path)
        given = {"request": request, "path": PAGE, "visit": visit, **_parts(visit, shown)}
        given["changed"] = seen != str(shown["review"]["version"])
        html = fragment("certifications/page.html#live", **given)
        return Fragment(html, over=shown["review"]["state"] not in OPEN)

    return live(request, render)


async def difference(request: Request) -> Response:
    """What has changed since the certified version, with patches."""
    visit = await visiting(request)
    require_reviewer(visit)
    path = f"{calls.PATH}/{request.path_params['id']}"
    shown = await visit.calls.get(path)
    return visit.page(
        "certifications/difference.html",
        review=shown["review"],
        difference=shown["difference"],
        files=differing.files(shown["difference"]),
    )


async def certificate(request: Request) -> Response:
    """The signed certificate as a file, for ``connectory verify``."""
    visit = await visiting(request)
    require_reviewer(visit)
    review_id = request.path_params["id"]
    answer = await visit.calls.send(Call("GET", f"{calls.PATH}/{review_id}/certificate.json"))
    if not answer.ok:
        raise CallRefused(answer)
    headers = {"content-disposition": f'attachment; filename="certificate-{review_id}.json"'}
    return Response(answer.content, headers=headers, media_type="application/json")


def _parts(visit: Visit, shown: Document) -> dict[str, Any]:
    """What the live part of the page needs as well as the page."""
    review, whole = shown["review"], checklist.items(shown["checklist"])
    return {
        "review": review,
        "label": LABELS[ReviewState(review["state"])],
        "comments": shown["comments"],
        "progress": checklist.progress(whole),
        "moved": checklist.tag_moved(whole),
        "mine": is_mine(visit, review),
        "home": places.home(review["url"]),
        "changed": False,
    }


def _working(shown: Document, every: bool) -> dict[str, Any]:
    """The checklist: of a re-certification only what is open again, unless ``every``."""
    review, difference_ = shown["review"], shown["difference"]
    whole = checklist.items(shown["checklist"])
    again = bool(review["previous"]) and review["state"] in OPEN
    items = tuple(one for one in whole if not one.stands) if again and not every else whole
    return {
        "groups": checklist.groups(items),
        "again": again,
        "every": every,
        "standing": len(whole) - len([one for one in whole if not one.stands]),
        "difference": difference_,
        "certificate": shown["certificate"],
        "differs": differing.counts(difference_),
        "source": places.source,
        "answering": lambda name: calls.answer(review, name, "Met"),
    }


def _actions(review: Document) -> dict[str, Call]:
    return {
        "take": calls.take(review),
        "release": calls.release(review),
        "look": calls.look(review),
        "comment": calls.comment(review, "…"),
        "grant": calls.grant(review, ""),
        "reject": calls.reject(review, "…"),
    }
