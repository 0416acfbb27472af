"""What a requirement is: what it reads, what it sees there, and who decides."""

from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from connectory.certification.evidence import Evidence
from connectory.certification.review import Verdict
from connectory.findings import State
from connectory.findings.policy import Effect
from connectory.findings.report import Reported

MOST_LINES = 25
"""Lines of evidence for one requirement: what is more is counted."""


class Heading(StrEnum):
    """Facts 8: the prerequisites and the four headings."""

    PREREQUISITES = "Prerequisites"
    COMPLETE = "Functionally complete"
    SECURE = "Stable and secure"
    COMPATIBLE = "Compatible with the deployment requirements"
    DOCUMENTED = "Fully documented"


class Kind(StrEnum):
    """AUTOMATIC: the evidence decides, a person only where it cannot tell. CONFIRMED: the evidence
    proposes, a person decides. PERSON: nothing but a person can tell."""

    AUTOMATIC = "Automatic"
    CONFIRMED = "Confirmed"
    PERSON = "Person"


class Sight(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One line of evidence. ``path`` and ``line`` say where in the commit, ``finding`` which one of
    the report; ``log`` is what a program said."""

    text: str
    path: str | None = None
    line: int | None = None
    finding: str | None = None
    log: str | None = None


class Observation(msgspec.Struct, frozen=True, rename="camel"):
    """What the evidence says of a requirement."""

    verdict: Verdict
    sights: tuple[Sight, ...] = ()


class Requirement:
    """One line of the checklist. ``title`` is a sentence that is true when it is met."""

    name: ClassVar[str]
    heading: ClassVar[Heading]
    title: ClassVar[str]
    kind: ClassVar[Kind] = Kind.AUTOMATIC

    def reads(self, evidence: Evidence) -> Any:
        """Everything that an answer to it rests on, as what JSON can say: equal for two versions,
        and what was said of the one holds for the other."""
        raise NotImplementedError

    def observe(self, evidence: Evidence) -> Observation:
        """The same evidence, the same observation."""
        raise NotImplementedError


class OfTheReport(Requirement):
    """Met when these checks of the validation looked at everything and nothing stops."""

    checks: ClassVar[tuple[str, ...]]

    def reads(self, evidence: Evidence) -> Any:
        found = evidence.findings(*self.checks)
        states = [[one.name, one.state] for one in evidence.report.checks]
        return [
            self.looks_at(evidence),
            [each for each in states if each[0] in self.checks],
            [[one.id, one.rule, one.effect] for one in found],
        ]

    def looks_at(self, evidence: Evidence) -> Any:
        """The files that a person judges by where the checks could not."""
        return [[one.path, one.id] for one in evidence.code]

    def observe(self, evidence: Evidence) -> Observation:
        found = evidence.findings(*self.checks)
        stops = [one for one in found if one.effect is Effect.BLOCKS]
        if stops:
            return Observation(Verdict.UNMET, of_findings(stops))
        blind = self.without_data(evidence)
        if blind:
            return Observation(Verdict.UNKNOWN, (*blind, *of_findings(found)))
        return Observation(Verdict.MET, (*self.said(evidence), *of_findings(found)))

    def without_data(self, evidence: Evidence) -> tuple[Sight, ...]:
        """What of it nobody could judge. A check that is not in the report is one of them."""
        states = {one.name: one for one in evidence.report.checks}
        return tuple(
            Sight(f"The check {name} could not judge: {note}")
            for name in self.checks
            if (note := _blind(states.get(name)))
        )

    def said(self, evidence: Evidence) -> tuple[Sight, ...]:
        states = {one.name: one for one in evidence.report.checks}
        return tuple(
            Sight(f"The check {name} {_DONE[states[name].state]}.") for name in self.checks
        )


_DONE = {
    State.EXAMINED: "looked at everything",
    State.SKIPPED: "found nothing that it applies to",
    State.NO_DATA: "had no data",
}


def _blind(check: Any) -> str:
    if check is None:
        return "it did not run."
    return (check.note or "it had no data.") if check.state is State.NO_DATA else ""


def of_findings(found: "tuple[Reported, ...] | list[Reported]") -> tuple[Sight, ...]:
    """Findings as evidence, an exception with its reason."""
    return bounded([_sight(one) for one in found])


def bounded(sights: list[Sight]) -> tuple[Sight, ...]:
    if len(sights) <= MOST_LINES:
        return tuple(sights)
    return (*sights[:MOST_LINES], Sight(f"... and {len(sights) - MOST_LINES} more."))


def _sight(one: Reported) -> Sight:
    excepted = f" (exception: {one.exception.reason})" if one.exception else ""
    return Sight(f"{one.rule}: {one.what}{excepted}", one.path, one.line, one.id)


def met(condition: object, *sights: Sight) -> Observation:
    seen = list(sights) or [Sight("Nothing was found.")]
    return Observation(Verdict.MET if condition else Verdict.UNMET, bounded(seen))


def unknown(*sights: Sight) -> Observation:
    return Observation(Verdict.UNKNOWN, bounded(list(sights)))
