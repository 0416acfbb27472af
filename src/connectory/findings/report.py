"""The full report: everything that was found, what it leads to, and why. Frozen data, JSON.

The JSON has camelCase keys and leaves out what is empty. ``format`` names this shape: keys may be
added to it, none changes its meaning or goes away.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from connectory.findings.exceptions import Waiver
from connectory.findings.model import Severity, State
from connectory.findings.policy import Effect, Stage

FORMAT = "connectory-report/1"


class Verdict(StrEnum):
    """REFUSED: at least one finding blocks. ACCEPTED says nothing of checks without data."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Reported(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One finding with the text of its rule. ``id`` stays the same while lines move. ``line``
    counts from 1. ``shipped`` is false for what never becomes part of the running application.
    ``exception`` is the one that applies to it."""

    id: str
    rule: str
    title: str
    severity: Severity
    effect: Effect
    what: str
    why: str
    fix: str
    application: str | None = None
    path: str | None = None
    line: int | None = None
    about: str = ""
    evidence: str = ""
    shipped: bool = True
    exception: Waiver | None = None

    @property
    def place(self) -> str:
        """``path:line`` as far as they are known."""
        if self.path is None:
            return self.application or ""
        return f"{self.path}:{self.line}" if self.line else self.path


class CheckReport(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One check: ``data`` names the database it judged by, ``note`` says what it could not see."""

    name: str
    state: State
    note: str = ""
    data: str = ""


class Source(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What was examined; ``tree`` is Git's name for the files, the same wherever they lie."""

    repository: str = ""
    tag: str = ""
    commit: str = ""
    tree: str = ""


class ReportedApplication(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    type: str


class Log(msgspec.Struct, frozen=True, rename="camel"):
    """The end of what a step said, without control characters."""

    application: str
    step: str
    tail: str


class Counts(msgspec.Struct, frozen=True, rename="camel"):
    blocks: int
    reported: int
    excepted: int


class FullReport(
    msgspec.Struct,
    frozen=True,
    rename="camel",
    omit_defaults=True,
    tag_field="format",
    tag=FORMAT,
):
    """``digest`` is the same for the same files, databases and version of Connectory, on any
    machine. ``complete`` is false when a check had no data to judge by. ``logs`` and evidence are
    no part of the digest."""

    version: str
    stage: Stage
    verdict: Verdict
    complete: bool
    summary: str
    digest: str
    counts: Counts
    connector: Source
    applications: tuple[ReportedApplication, ...]
    checks: tuple[CheckReport, ...]
    findings: tuple[Reported, ...]
    exceptions: tuple[Waiver, ...] = ()
    logs: tuple[Log, ...] = ()

    @property
    def blocking(self) -> tuple[Reported, ...]:
        return self.with_effect(Effect.BLOCKS)

    @property
    def without_data(self) -> tuple[CheckReport, ...]:
        return tuple(one for one in self.checks if one.state is State.NO_DATA)

    def with_effect(self, effect: Effect) -> tuple[Reported, ...]:
        return tuple(one for one in self.findings if one.effect is effect)

    def of(self, check: str) -> tuple[Reported, ...]:
        """The findings of one check."""
        return tuple(one for one in self.findings if one.rule.partition("/")[0] == check)


def to_json(report: FullReport) -> bytes:
    """Indented by two spaces, keys as they are declared: the same report, the same bytes."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2)


def from_json(content: bytes) -> FullReport:
    """Raises ``msgspec.ValidationError`` for what is no report of this format."""
    return msgspec.json.decode(content, type=FullReport)


def by_application(
    findings: Iterable[Reported],
) -> Iterator[tuple[str | None, tuple[tuple[str, tuple[Reported, ...]], ...]]]:
    """Findings by application, then by rule, both in the order of their first finding: what stops
    the connector comes first."""
    groups: dict[str | None, dict[str, list[Reported]]] = {}
    for one in findings:
        groups.setdefault(one.application, {}).setdefault(one.rule, []).append(one)
    for application, rules in groups.items():
        yield application, tuple((rule, tuple(found)) for rule, found in rules.items())
