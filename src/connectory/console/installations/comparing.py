"""What differs between two states that an installation ran in. Pure.

A secured value is masked with as many stars as it has letters: that one is another is known of
those whose lengths differ, and of no others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

Document = Mapping[str, Any]
CONNECTOR: Final = "Connector"
SHARED: Final = "All applications"
SET: Final = "set, hidden"
OTHER: Final = "set, another value"
POLICIES: Final = {"immediate": "at once", "exponential-backoff": "with growing pauses"}


class Place(NamedTuple):
    """``where``: an application, all of them, or the Connector; ``what``: of it."""

    where: str
    what: str


@dataclass(frozen=True)
class Value:
    """``secured``: what stands in ``text`` is a mask."""

    text: str
    secured: bool = False


@dataclass(frozen=True)
class Change:
    """``before`` and ``after`` are what a person reads, empty for what is not there."""

    place: Place
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """``hidden``: secured values that may differ or not."""

    changes: tuple[Change, ...]
    hidden: tuple[Place, ...]


def comparison(before: Document, after: Document) -> Comparison:
    """From one revision to another."""
    old, new = dict(_values(before)), dict(_values(after))
    places = list(dict.fromkeys((*old, *new)))
    return Comparison(
        tuple(
            _change(one, old.get(one), new.get(one))
            for one in places
            if old.get(one) != new.get(one)
        ),
        tuple(one for one in places if _may_differ(old.get(one), new.get(one))),
    )


def policy_text(policy: Document | None) -> str:
    """A retry policy as a person reads it; empty without one."""
    if not policy:
        return ""
    said = str(POLICIES.get(policy["strategy"], policy["strategy"]))
    if "minBackoffSeconds" in policy:
        said += f", {policy['minBackoffSeconds']} to {policy['maxBackoffSeconds']} s"
    if "maxAttempts" in policy:
        said += f", at most {policy['maxAttempts']} times"
    return said


def _values(revision: Document) -> Iterator[tuple[Place, Value]]:
    connector = revision["connector"]
    yield Place(CONNECTOR, "version"), Value(str(connector["version"]))
    yield Place(CONNECTOR, "repository"), Value(connector["repository"]["url"])
    yield Place(CONNECTOR, "tag"), Value(connector["repository"]["tag"])
    yield from _configuration(SHARED, revision.get("globalConfiguration") or {})
    for one in revision["applications"]:
        name = one["applicationName"]
        yield Place(name, ""), Value("runs")
        yield from _configuration(name, one)
        if one.get("schedule"):
            yield Place(name, "schedule"), Value(one["schedule"])
        if one.get("retryPolicy"):
            yield Place(name, "retry policy"), Value(policy_text(one["retryPolicy"]))


def _configuration(where: str, values: Document) -> Iterator[tuple[Place, Value]]:
    for kind, secured in (("standardConfiguration", False), ("securedConfiguration", True)):
        for one in values.get(kind, ()):
            yield Place(where, one["key"]), Value(one["value"], secured)


def _change(place: Place, before: Value | None, after: Value | None) -> Change:
    both = bool(before and before.text and after and after.text)
    return Change(place, _said(before), _said(after, again=both))


def _said(value: Value | None, *, again: bool = False) -> str:
    if value is None or not value.secured or not value.text:
        return value.text if value else ""
    return OTHER if again else SET


def _may_differ(before: Value | None, after: Value | None) -> bool:
    return before is not None and before == after and before.secured and bool(before.text)
