"""Explained exceptions: what a creator says does not apply, why, and until when.

An exception is shown wherever its finding is, to the creator and to the reviewer. It changes what
a finding leads to, never whether it is said.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase

import msgspec

from connectory.findings.digest import OUTSIDE_THE_TREE
from connectory.findings.model import Finding, Gate, Rule, Severity

FILE = "connectory-exceptions.yaml"
LONGEST = timedelta(days=366)
SHORTEST_REASON = 10

INVALID = Rule(
    "exceptions/invalid",
    Severity.MAJOR,
    "An exception cannot be read",
    "An exception that cannot be read applies to nothing: what it was meant for still counts.",
    "Write each exception as a list entry with rule, reason (at least 10 characters) and expires "
    "(YYYY-MM-DD, at most a year ahead); application, path and about narrow it down.",
    Gate.NOWHERE,
    waivable=False,
)
EXPIRED = Rule(
    "exceptions/expired",
    Severity.MAJOR,
    "An exception has run out",
    "Its last day is over, so it no longer applies: what it was written for counts again.",
    "Look whether the reason still holds. Fix what it was about, or give it a new date.",
    Gate.NOWHERE,
    waivable=False,
)
UNUSED = Rule(
    "exceptions/unused",
    Severity.INFO,
    "An exception is not needed",
    "Nothing that was found matches it. Left in place, it would hide what comes later.",
    "Remove it, or correct its rule, application, path or about.",
    Gate.NOWHERE,
    waivable=False,
)
NOT_ALLOWED = Rule(
    "exceptions/not-allowed",
    Severity.MAJOR,
    "An exception is not allowed for this rule",
    "Some rules protect others than the creator of the connector: nobody can set them aside.",
    "Remove the exception and fix what the rule found.",
    Gate.NOWHERE,
    waivable=False,
)
RULES = (INVALID, EXPIRED, UNUSED, NOT_ALLOWED)


class Waiver(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One exception. ``expires`` is its last day. ``path`` may hold ``*`` and ``?``, which stand
    for any text and any character. What is None narrows nothing down."""

    rule: str
    reason: str
    expires: date
    application: str | None = None
    path: str | None = None
    about: str | None = None
    line: int = 1

    def matches(self, finding: Finding) -> bool:
        return (
            self.rule == finding.rule
            and self.application in {None, finding.application}
            and self.about in {None, finding.about}
            and (self.path is None or _fits(self.path, finding.path))
        )

    def expired(self, today: date) -> bool:
        return today > self.expires


def applicable(
    waivers: Iterable[Waiver], rules: Mapping[str, Rule], today: date
) -> tuple[Waiver, ...]:
    """Those that change what a finding leads to."""
    return tuple(
        one
        for one in waivers
        if one.rule in rules and rules[one.rule].waivable and not one.expired(today)
    )


def remarks(
    waivers: Iterable[Waiver],
    findings: Collection[Finding],
    rules: Mapping[str, Rule],
    examined: Collection[str],
    today: date,
) -> tuple[Finding, ...]:
    """What is wrong with readable exceptions. Only a check named in ``examined`` has looked at
    everything, so that an exception of its rules can be called unused."""
    said = (_remark(one, findings, rules, examined, today) for one in waivers)
    return tuple(one for one in said if one is not None)


def _remark(
    waiver: Waiver,
    findings: Collection[Finding],
    rules: Mapping[str, Rule],
    examined: Collection[str],
    today: date,
) -> Finding | None:
    rule = rules.get(waiver.rule)
    if rule is None:
        return _about(waiver, INVALID, f"There is no rule {waiver.rule}", _meant(waiver, rules))
    if not rule.waivable:
        return _about(waiver, NOT_ALLOWED, f"{waiver.rule} cannot be set aside")
    if waiver.expired(today):
        last = waiver.expires.isoformat()
        return _about(waiver, EXPIRED, f"The exception of {waiver.rule} ran out on {last}")
    if rule.name in OUTSIDE_THE_TREE:
        return None  # without the history, nobody knows whether it is used
    if rule.check in examined and not any(waiver.matches(one) for one in findings):
        return _about(waiver, UNUSED, f"Nothing matches the exception of {waiver.rule}")
    return None


def _meant(waiver: Waiver, rules: Mapping[str, Rule]) -> str:
    close = get_close_matches(waiver.rule[:100], rules, 1)
    return f"Did you mean {close[0]}?" if close else ""


def _about(waiver: Waiver, rule: Rule, what: str, fix: str = "") -> Finding:
    return Finding(
        rule.name, rule.severity, what, path=FILE, line=waiver.line, about=waiver.rule, fix=fix
    )


def _fits(pattern: str, path: str | None) -> bool:
    """A name may hold brackets of its own: they are no pattern."""
    return path is not None and (pattern == path or fnmatchcase(path, pattern.replace("[", "[[]")))
