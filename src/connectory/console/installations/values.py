"""What somebody filled in, as the values of a Deployment or of a redeploy. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from connectory.console.installations import overriding
from connectory.console.installations.fields import SHARED, Field, Group, Groups, each
from connectory.console.visit import Form

ValueOf = Callable[[Field], str | None]
"""What to send for a field; None for nothing."""
UNKNOWN: Final = "…"
"""Stands for a value in a call that is shown before anybody typed one."""


def with_typed(groups: Groups, form: Form) -> Groups:
    """As somebody filled them in, to show again."""
    filled = each(
        groups,
        lambda _, field: field if field.secured else replace(field, value=typed(form, field)),
    )
    return tuple(
        replace(
            one,
            schedule=overriding.schedule_typed(one.schedule, form),
            retry=overriding.retry_typed(one.retry, form),
        )
        for one in filled
    )


def typed(form: Form, field: Field) -> str:
    """The value of a field; the one of several lines counts before the other."""
    lines = form.text(f"{field.name}.lines") or form.text(field.name)
    return lines.replace("\r\n", "\n")


def all_values(groups: Groups, form: Form) -> dict[str, Any]:
    """The values of a new Deployment: every application is named, what is empty is left out."""
    return _body(groups, lambda field: typed(form, field) or None, every=True)


def changed_values(groups: Groups, form: Form) -> dict[str, Any]:
    """The values of a redeploy: what differs from ``groups``; a secured one left empty is kept."""

    def changed(field: Field) -> str | None:
        value = typed(form, field)
        if field.secured:
            return value or None
        return value if value != field.value.replace("\r\n", "\n") else None

    def overridden(group: Group) -> dict[str, Any]:
        return overriding.changed(group.schedule, group.retry, form)

    return renamed(_body(groups, changed, every=False, more=overridden))


def new_values(groups: Groups, form: Form) -> dict[str, Any]:
    """The values of a redeploy for keys that had none: what is empty is left out."""
    return renamed(_body(groups, lambda field: typed(form, field) or None, every=False))


def example(groups: Groups) -> dict[str, Any]:
    """As ``all_values``, before anything was typed."""
    return _body(groups, _placeholder, every=True)


def _placeholder(field: Field) -> str | None:
    return field.value or (UNKNOWN if field.required or field.secured else None)


def renamed(body: dict[str, Any]) -> dict[str, Any]:
    """A redeploy calls them ``configurationValues`` (facts 2.7)."""
    values = {"configurationValues": body["configurations"]} if body["configurations"] else {}
    return values | {name: one for name, one in body.items() if name != "configurations"}


def _nothing(_: Group) -> dict[str, Any]:
    return {}


def _body(
    groups: Groups,
    value_of: ValueOf,
    every: bool,
    more: Callable[[Group], dict[str, Any]] = _nothing,
) -> dict[str, Any]:
    """``more``: what else is said of an application."""
    applications, shared = [], None
    for group in groups:
        values: dict[str, Any] = {
            "standardConfiguration": list(_values(group, value_of, False)),
            "securedConfiguration": list(_values(group, value_of, True)),
            **more(group),
        }
        given = any(values.values())
        if group.application == SHARED:
            shared = values if given or every else None
        elif given or every:
            applications.append({"applicationName": group.application, **values})
    found: dict[str, Any] = {"configurations": applications}
    return found | ({"globalConfiguration": shared} if shared is not None else {})


def _values(group: Group, value_of: ValueOf, secured: bool) -> Iterator[dict[str, str]]:
    for field in group.fields:
        value = value_of(field) if field.secured is secured else None
        if value is not None:
            yield {"key": field.key, "value": value}
