"""``/console/connectors/new``: a draft in the steps of facts 9.2.

What was typed travels in the form itself, as hidden fields of the later steps: nothing is kept for
a draft that does not exist yet, and the way back is always open.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Answer, Call
from connectory.console.connectors import fields, refusals
from connectory.console.connectors.fields import STEPS, TITLES, Problems
from connectory.console.visit import Form, Visit, visiting

ORDER = tuple(STEPS)
MANAGE = ("manage_project", "manage_connectors")
EMPTY = Form((("audience", "all"),))


@dataclass(frozen=True)
class Turn:
    """Where the form goes next. ``create``: everything is there."""

    step: str
    problems: Problems
    create: bool = False
    show: bool = False


def turned(form: Form) -> Turn:
    """What the pressed button leads to: no step is left with something wrong in it."""
    step = form.text("step")
    step = step if step in STEPS else ORDER[0]
    pressed, place = form.text("go", "next"), ORDER.index(step)
    if pressed == "back":
        return Turn(ORDER[max(place - 1, 0)], {})
    wrong = fields.missing(form, STEPS[step])
    if pressed == "show":
        return Turn(step, wrong, show=True)
    if wrong:
        return Turn(step, wrong)
    if step != ORDER[-1]:
        return Turn(ORDER[place + 1], {})
    return _finished(form)


def _finished(form: Form) -> Turn:
    for step, names in STEPS.items():
        if wrong := fields.missing(form, names):
            return Turn(step, wrong)
    return Turn(ORDER[-1], {}, create=True)


def step_of(problems: Problems) -> str:
    """The first step with a problem; of the whole form, the last one."""
    return next((step for step, names in STEPS.items() if problems.keys() & set(names)), ORDER[-1])


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(*MANAGE)
    return _page(visit, EMPTY, Turn(ORDER[0], {}))


async def go_on(request: Request) -> Response:
    visit = await visiting(request)
    form = await visit.form()
    visit.require(*MANAGE)
    turn = turned(form)
    if not turn.create:
        return _page(visit, form, turn, 400 if turn.problems else 200)
    answer = await _created(visit, form)
    if answer.ok:
        return _made(visit, answer)
    found = refusals.problems(answer)
    status = max(answer.status, 400)
    return _page(visit, form, Turn(step_of(found), found), status)


async def _created(visit: Visit, form: Form) -> Answer:
    """Made in the Project that was chosen: its organization owns the draft."""
    chosen = form.text("primaryProject") or visit.project.key
    return await visit.calls_in(chosen).send(_call(visit, form))


def _made(visit: Visit, answer: Answer) -> Response:
    name, id_ = answer.document["name"], answer.document["id"]
    return visit.done(f"/console/connectors/{id_}/publish", answer, said=f"{name} is created.")


def _call(visit: Visit, form: Form) -> Call:
    return Call("POST", "/connectors/drafts", fields.body(form, visit.projects))


def _page(visit: Visit, form: Form, turn: Turn, status: int = 200) -> Response:
    carried = [
        (name, value)
        for name, value in form.fields
        if name in fields.LABELS and name not in STEPS[turn.step]
    ]
    return visit.page(
        "connectors/new.html",
        status,
        form=form,
        step=turn.step,
        problems=turn.problems,
        carried=carried,
        call=_call(visit, form) if turn.show else None,
        steps=TITLES,
        **fields.choices(),
    )
