"""The forms of the wizard's second page: one for each Project. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from connectory.auth import Project
from connectory.console.calls import Call
from connectory.console.installations import fields, values
from connectory.console.installations.fields import Groups
from connectory.console.installations.offering import Choice, Offer
from connectory.console.rendering import segment
from connectory.console.visit import Form


@dataclass(frozen=True)
class ProjectForm:
    """What is asked for one Project. ``same``: it gets the values of the first."""

    project: Project
    types: tuple[str, ...]
    type: str
    key: str
    groups: Groups
    first: bool
    same: bool = False
    problems: tuple[str, ...] = ()
    key_problem: str = ""
    example: Call | None = None


def new_forms(offer: Offer, choice: Choice) -> tuple[ProjectForm, ...]:
    return tuple(
        _new_form(offer, choice.region, project, number == 0)
        for number, project in enumerate(choice.projects)
    )


def _new_form(offer: Offer, region: str, project: Project, first: bool) -> ProjectForm:
    groups = fields.groups_of(offer.document, project.key)
    types = offer.types(project)
    made = ProjectForm(project, types, types[0], "", groups, first, same=not first)
    return replace(made, example=install_call(offer, region, made, values.example(groups)))


def filled_in(known: ProjectForm, form: Form) -> ProjectForm:
    key, type_ = known.project.key, form.text(f"type.{known.project.key}")
    return replace(
        known,
        type=type_ if type_ in known.types else known.types[0],
        key=form.text(f"key.{key}").strip(),
        groups=values.with_typed(known.groups, form),
        same=not known.first and form.checked(f"same.{key}"),
    )


def install_call(offer: Offer, region: str, wanted: ProjectForm, given: dict[str, Any]) -> Call:
    key = {"key": wanted.key} if wanted.key else {}
    body = {**key, "type": wanted.type, "connector": offer.reference, "region": region, **given}
    return Call("POST", f"/{segment(wanted.project.key)}/deployments", body)


def moved(groups: Groups, prefix: str) -> Groups:
    """The same values in the form of another Project."""
    return fields.each(
        groups,
        lambda _, field: replace(field, name=f"{prefix}.{field.name.partition('.')[2]}"),
    )
