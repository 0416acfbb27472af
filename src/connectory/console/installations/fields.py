"""The form that a Connector's configuration contract asks for. Pure.

A secured value goes one way, from the form into the call: it is in no field, no page, no session.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from connectory.console.installations.overriding import Retry, Schedule, retry_of, schedule_of

Document = Mapping[str, Any]
SHARED: Final = ""
"""The group of the values that all applications have."""


@dataclass(frozen=True)
class Field:
    """One configuration key. ``value`` is what the form shows: never of a secured one.
    ``is_set``: a secured one has a value already."""

    name: str
    key: str
    description: str
    secured: bool
    required: bool
    default: str
    value: str = ""
    is_set: bool = False
    problems: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """As the API's messages call it."""
        return "secret" if self.secured else "standard"

    @property
    def must_be_typed(self) -> bool:
        return self.required and not self.default and not self.is_set

    @property
    def long(self) -> bool:
        return "\n" in self.value or len(self.value) > 80


@dataclass(frozen=True)
class Group:
    """The fields of one application; of all of them under the name ``SHARED``. What is deployed
    may also run, or be tried again, in another way than its connect.yaml says."""

    application: str
    type: str
    fields: tuple[Field, ...]
    schedule: Schedule | None = None
    retry: Retry | None = None


Groups = tuple[Group, ...]


def groups_of(connector: Document, prefix: str, *, only: Iterable[str] | None = None) -> Groups:
    """What the Connector declares, with its defaults; ``prefix`` keeps apart the forms of one page.
    ``only``: these applications."""
    wanted = None if only is None else frozenset(only)
    shared = connector.get("globalConfiguration")
    found = [_group(shared, prefix, SHARED, "")] if shared else []
    found += [
        _group(one, prefix, one["applicationName"], one["applicationType"])
        for one in connector["configurations"]
        if wanted is None or one["applicationName"] in wanted
    ]
    return tuple(found)


def _group(declared: Document, prefix: str, application: str, type_: str) -> Group:
    standard = (_field(one, prefix, application, False) for one in _keys(declared, "standard"))
    secured = (_field(one, prefix, application, True) for one in _keys(declared, "secured"))
    return Group(application, type_, (*standard, *secured))


def _keys(declared: Document, kind: str) -> Iterable[Document]:
    found: Iterable[Document] = declared.get(f"{kind}Configuration", ())
    return found


def _field(key: Document, prefix: str, application: str, secured: bool) -> Field:
    default = key.get("default") or ""
    return Field(
        # no application and no key has a dot in its name (facts 3.3)
        name=f"{prefix}.{application}.{key['key']}",
        key=key["key"],
        description=key["description"],
        secured=secured,
        required=bool(key["required"]),
        default=default,
        value=default,
    )


def with_deployed(groups: Groups, deployment: Document) -> Groups:
    """As the Deployment has them: standard values as they are, of secured ones whether there is
    one."""
    known = {one["applicationName"]: one for one in deployment["applications"]}
    known[SHARED] = deployment.get("globalConfiguration") or {}
    return each(groups, lambda group, field: _deployed(field, known.get(group.application, {})))


def with_overrides(groups: Groups, deployment: Document, prefix: str) -> Groups:
    """With the schedule of each job, and the retry policy of each event application."""
    known = {one["applicationName"]: one for one in deployment["applications"]}
    return tuple(
        replace(
            group,
            schedule=schedule_of(known[group.application], prefix),
            retry=retry_of(known[group.application], prefix),
        )
        if group.application in known
        else group
        for group in groups
    )


def _deployed(field: Field, values: Document) -> Field:
    kind = "secured" if field.secured else "standard"
    value = next((one["value"] for one in _keys(values, kind) if one["key"] == field.key), "")
    return replace(field, is_set=bool(value), value="" if field.secured else value)


def each(groups: Groups, change: Callable[[Group, Field], Field]) -> Groups:
    """``change(group, field)`` for every field."""
    return tuple(
        replace(group, fields=tuple(change(group, field) for field in group.fields))
        for group in groups
    )
