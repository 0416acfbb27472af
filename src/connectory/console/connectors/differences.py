"""From a draft to a filled-in form, and from what was changed in it to update actions. Pure."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from connectory.auth import Project
from connectory.console.connectors.fields import CREATOR, REGIONS, number, unbroken
from connectory.console.connectors.status import Draft
from connectory.console.visit import Form

Value = str | list[str]
Values = dict[str, Value]
"""Every field that can be edited: one text, or several."""

SETTERS: Final = {
    "name": ("setName", "name"),
    "description": ("setDescription", "description"),
    "integrationTypes": ("setIntegrationTypes", "integrationTypes"),
    "regions": ("setSupportedRegions", "regions"),
    "documentationUrl": ("setDocumentationUrl", "documentationUrl"),
    "email": ("setCreatorEmail", "creatorEmail"),
    "title": ("setCreatorTitle", "creatorTitle"),
    "creatorName": ("setCreatorName", "creatorName"),
    "company": ("setCreatorCompany", "creatorCompany"),
    "contributors": ("setCreatorNoOfContributors", "creatorNoOfContributors"),
    "supportUrl": ("setCreatorSupportUrl", "creatorSupportUrl"),
    "logoUrl": ("setCreatorLogo", "logoUrl"),
}
"""Action and field of it (facts 2.5), by the name of the form's field."""
SEVERAL: Final = ("integrationTypes", "regions", "projects")
EDITABLE: Final = (*SETTERS, "url", "tag", "projects")


def values_of(draft: Draft) -> Values:
    """What the form holds for this draft."""
    creator, repository = draft["creator"], draft["repository"]
    return {
        "name": draft["name"],
        "description": draft["description"],
        "integrationTypes": list(draft["integrationTypes"]),
        "regions": list(draft["supportedRegions"]),
        "documentationUrl": draft.get("documentationUrl") or "",
        **{name: str(creator.get(wire) or "") for name, wire in CREATOR.items()},
        "url": repository["url"],
        "tag": repository["tag"],
        "projects": list(draft["privateProjects"]),
    }


def values_typed(form: Form, shown: Values) -> Values:
    """What the form holds now. What it does not ask for stays as it was shown."""
    typed: Values = {}
    for name in EDITABLE:
        if name not in SEVERAL:
            before, text = str(shown[name]), unbroken(form.text(name, str(shown[name])))
            typed[name] = before if text == unbroken(before) else text.strip()
    typed["integrationTypes"] = list(form.all("integrationTypes"))
    typed["regions"] = list(form.all("regions"))
    further = form.text("furtherProjects").split()
    typed["projects"] = list(dict.fromkeys((*form.all("projects"), *further)))
    return typed


def values_shown(text: str, draft: Draft) -> Values:
    """The values a form was shown with, as it brings them back; the draft's own for anything
    else."""
    known = values_of(draft)
    try:
        given = msgspec.json.decode(text, type=Values)
    except msgspec.DecodeError:
        return known
    kinds = {name: type(value) for name, value in given.items()}
    return given if kinds == {name: type(value) for name, value in known.items()} else known


def actions(before: Values, after: Values, *, again: bool = False) -> list[dict[str, Any]]:
    """The update that leads from the one to the other. ``again``: the tag is read anew, even where
    its name has stayed."""
    found = [
        {"action": action, field: _wire(name, after[name])}
        for name, (action, field) in SETTERS.items()
        if _differs(name, before[name], after[name])
    ]
    if again or (before["url"], before["tag"]) != (after["url"], after["tag"]):
        found.append({"action": "setRepository", "url": after["url"], "tag": after["tag"]})
    return [*found, *_audience(before["projects"], after["projects"])]


def merged(shown: Values, typed: Values, now: Values) -> Values:
    """As it is now, but for what was typed."""
    return {name: now[name] if typed[name] == shown[name] else typed[name] for name in now}


def clashes(shown: Values, typed: Values, now: Values) -> tuple[tuple[str, str, str], ...]:
    """What was typed and is another now: name of the field, what is there, what was typed."""
    return tuple(
        (name, plain(now[name]), plain(typed[name]))
        for name in now
        if now[name] != shown[name] and typed[name] not in (shown[name], now[name])
    )


def filled(values: Values, projects: Iterable[Project]) -> Form:
    """The form with these values. A Project of somebody else has no box of its own."""
    own = {one.identifier for one in projects}
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        several = value if isinstance(value, list) else [value]
        pairs += [(name, one) for one in several if name != "projects" or one in own]
    further = [one for one in values["projects"] if one not in own]
    return Form((*pairs, ("furtherProjects", "\n".join(further))))


def plain(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _differs(name: str, before: Value, after: Value) -> bool:
    return set(before) != set(after) if name in SEVERAL else before != after


def _wire(name: str, value: Value) -> Any:
    if name == "contributors":
        return number(str(value))
    # none chosen means every region (facts 9.2), and the action takes no empty list
    return list(REGIONS) if name == "regions" and not value else value


def _audience(before: Value, after: Value) -> list[dict[str, Any]]:
    gone = [one for one in before if one not in after]
    come = [one for one in after if one not in before]
    return [
        *({"action": "removePrivateProject", "privateProject": one} for one in gone),
        *({"action": "addPrivateProject", "privateProject": one} for one in come),
    ]
