"""``/console/connectors/{id}/edit``: what changed becomes one update, of all its actions."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Call
from connectory.console.connectors import calls, differences, fields, refusals
from connectory.console.connectors.creating import MANAGE
from connectory.console.connectors.differences import EDITABLE, Values, values_of
from connectory.console.connectors.fields import Problems
from connectory.console.connectors.reading import draft_of, version_of
from connectory.console.connectors.status import Draft, locked
from connectory.console.visit import Form, Visit, visiting
from connectory.wire import encode

UNCHANGED = "Nothing was changed."


@dataclass(frozen=True)
class Sheet:
    """The form as it is shown. ``before``: what it held at ``version`` of the draft. ``clashes``:
    what somebody else changed that this person changed too."""

    draft: Draft
    values: Values
    before: Values
    version: int
    problems: Problems = field(default_factory=dict)
    clashes: tuple[tuple[str, str, str], ...] = ()
    conflict: bool = False
    call: Call | None = None


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(*MANAGE)
    draft = await draft_of(visit)
    values = values_of(draft)
    return _page(visit, Sheet(draft, values, values, draft["version"]))


async def change(request: Request) -> Response:
    visit = await visiting(request)
    form = await visit.form()
    visit.require(*MANAGE)
    draft = await draft_of(visit)
    shown = differences.values_shown(form.text("before"), draft)
    typed = differences.values_typed(form, shown)
    call = _call(draft, form, shown, typed)
    sheet = Sheet(draft, typed, shown, version_of(form, draft), problems=_missing(form, shown))
    if sheet.problems:
        return _page(visit, sheet, 400)
    if form.text("go") == "show":
        return _page(visit, Sheet(draft, typed, shown, sheet.version, call=call))
    if not call.body["actions"]:
        return visit.done(calls.address(draft), said=UNCHANGED)
    return await _sent(visit, sheet, call)


async def _sent(visit: Visit, sheet: Sheet, call: Call) -> Response:
    answer = await visit.calls.send(call)
    if answer.ok:
        return visit.done(calls.address(sheet.draft), answer, said="The changes are saved.")
    if answer.status == 409:
        return _page(visit, _after(sheet, await draft_of(visit)), 409)
    found = refusals.problems(answer)
    refused = Sheet(sheet.draft, sheet.values, sheet.before, sheet.version, problems=found)
    return _page(visit, refused, answer.status)


def _after(sheet: Sheet, draft: Draft) -> Sheet:
    """On top of what somebody else changed meanwhile: the next press decides."""
    now = values_of(draft)
    values = differences.merged(sheet.before, sheet.values, now)
    both = differences.clashes(sheet.before, sheet.values, now)
    return Sheet(draft, values, now, draft["version"], clashes=both, conflict=True)


def _call(draft: Draft, form: Form, shown: Values, typed: Values) -> Call:
    made = differences.actions(shown, typed, again=form.checked("again"))
    return calls.action(draft, *made, version=version_of(form, draft))


def _missing(form: Form, shown: Values) -> Problems:
    found = fields.missing(form, [name for name in EDITABLE if name != "projects"])
    if shown["contributors"] and not form.text("contributors").strip():
        found["contributors"] = ("The number can be changed, not taken away.",)
    return found


def _page(visit: Visit, sheet: Sheet, status: int = 200) -> Response:
    return visit.page(
        "connectors/edit.html",
        status,
        sheet=sheet,
        draft=sheet.draft,
        form=differences.filled(sheet.values, visit.projects),
        before=encode(sheet.before).decode(),
        locked=locked(sheet.draft),
        problems=sheet.problems,
        **fields.choices(),
        target=calls.address(sheet.draft, "edit"),
    )
