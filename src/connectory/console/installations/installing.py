"""``/console/install``: a Connector into one Project or several, in the steps of facts 9.4.

The choice of region and Projects travels in the address; values travel in the form alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from connectory.console.calls import Answer, located
from connectory.console.installations import values
from connectory.console.installations.forms import (
    ProjectForm,
    filled_in,
    install_call,
    moved,
    new_forms,
)
from connectory.console.installations.installation import LIST, MANAGE, TYPES, Installation
from connectory.console.installations.offering import Choice, Offer, chosen, offered
from connectory.console.installations.problems import with_problems
from connectory.console.once import Once, submission
from connectory.console.visit import Form, Visit, visiting

ADDRESS: Final = "/console/install"


@dataclass(frozen=True)
class Outcome:
    """What the API said about one Project."""

    form: ProjectForm
    answer: Answer


async def show(request: Request) -> Response:
    visit = await visiting(request)
    visit.require(*MANAGE)
    offer = await offered(visit, request.query_params)
    choice = chosen(offer, visit.project, request.query_params)
    if not offer.ready or not _went_on(request, choice):
        return _choosing(visit, offer, replace(choice, problem=""))
    if choice.problem:
        return _choosing(visit, offer, choice, 400)
    return _asking(visit, offer, choice, new_forms(offer, choice))


async def install(request: Request) -> Response:
    """One Deployment in each Project, also after a double click; those that did not work out can be
    tried again."""
    visit = await visiting(request)
    form = await visit.form()
    visit.require(*MANAGE)
    offer = await offered(visit, request.query_params)
    choice = chosen(offer, visit.project, request.query_params)
    if not offer.ready or choice.problem:
        return _choosing(visit, offer, choice, 400)
    asked = [filled_in(one, form) for one in new_forms(offer, choice)]

    async def install_all() -> list[Outcome]:
        return [await _installed(visit, offer, choice, one, asked, form) for one in asked]

    once: Once = request.app.state.once
    outcomes = await once.done(form, install_all, keeps=_made_something)
    failed = [one for one in outcomes if not one.answer.ok]
    if failed:
        return _asking_again(visit, offer, choice, outcomes)
    for one in outcomes:
        visit.tell(_said(offer, one), one.answer)
    return visit.done(_where(offer, outcomes))


def _made_something(outcomes: list[Outcome]) -> bool:
    return any(one.answer.ok for one in outcomes)


def _went_on(request: Request, choice: Choice) -> bool:
    """Whether Next was pressed, with the Projects of the chosen region in view: another region has
    other ones to choose from."""
    query = request.query_params
    steps, shown = query.getlist("step"), query.get("shown", choice.region)
    return "values" in steps and "region" not in steps and shown == choice.region


async def _installed(
    visit: Visit,
    offer: Offer,
    choice: Choice,
    wanted: ProjectForm,
    asked: list[ProjectForm],
    form: Form,
) -> Outcome:
    source = asked[0] if wanted.same else wanted
    call = install_call(offer, choice.region, wanted, values.all_values(source.groups, form))
    return Outcome(wanted, await visit.calls_in(wanted.project.key).send(call))


def _refused(outcome: Outcome, first: ProjectForm, is_first: bool) -> ProjectForm:
    """The form again, each problem at its field. What was the same as the values of a Project that
    is done is shown now, to be completed."""
    known = outcome.form
    groups = moved(first.groups, known.project.key) if known.same and is_first else known.groups
    shown, others = with_problems(groups, outcome.answer)
    taken = "DuplicateField" in outcome.answer.codes
    return replace(
        known,
        groups=shown,
        first=is_first,
        same=known.same and not is_first,
        problems=() if taken else others,
        key_problem=others[0] if taken and others else "",
    )


def _asking_again(visit: Visit, offer: Offer, choice: Choice, outcomes: list[Outcome]) -> Response:
    failed = [one for one in outcomes if not one.answer.ok]
    first = outcomes[0].form
    forms = tuple(_refused(one, first, number == 0) for number, one in enumerate(failed))
    left = replace(choice, projects=tuple(one.form.project for one in failed))
    done = tuple(
        Installation(one.form.project, one.answer.document) for one in outcomes if one.answer.ok
    )
    status = max(one.answer.status for one in failed)
    return _asking(visit, offer, left, forms, done, status)


def _said(offer: Offer, outcome: Outcome) -> str:
    return f"{offer.document['name']} is being installed in {outcome.form.project.key}."


def _where(offer: Offer, outcomes: Iterable[Outcome]) -> str:
    made = [Installation(one.form.project, one.answer.document) for one in outcomes]
    if len(made) == 1:
        return made[0].address
    return located(LIST, {"connectorId": offer.document["id"]})


def _choosing(visit: Visit, offer: Offer, choice: Choice, status: int = 200) -> Response:
    return visit.page("installations/choose.html", status, offer=offer, choice=choice)


def _asking(
    visit: Visit,
    offer: Offer,
    choice: Choice,
    forms: tuple[ProjectForm, ...],
    done: tuple[Installation, ...] = (),
    status: int = 200,
) -> Response:
    return visit.page(
        "installations/values.html",
        status,
        offer=offer,
        choice=choice,
        forms=forms,
        done=done,
        submission=submission(),
        refused=status >= 400,
        types=TYPES,
        target=located(ADDRESS, offer.query | choice.query),
        back=located(ADDRESS, offer.query | choice.query | {"step": "region"}),
        scopes=(offer.document.get("apiClient") or {}).get("scopes", ()),
    )
