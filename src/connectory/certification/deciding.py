"""From evidence and answers to a decision on each requirement. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from connectory.certification.checklist import CHECKLIST, Kind, Observation, Requirement
from connectory.certification.errors import (
    CertificationNoteMissingError,
    CertificationRequirementDecidedError,
)
from connectory.certification.evidence import Evidence
from connectory.certification.review import Answer, Decided, Review, Verdict
from connectory.errors import InvalidJsonInputError, ResourceNotFoundError
from connectory.wire import Wire, replace

EVIDENCE = "evidence"
"""Who decided, where it was no person."""


class Line(Wire, omit_defaults=False):
    """One requirement as a reviewer sees it. ``decision`` is Unknown while it is open."""

    requirement: str
    heading: str
    title: str
    kind: Kind
    observation: Observation
    answer: Answer | None
    decision: Verdict
    decided_by: str


def lines(
    evidence: Evidence, answers: Iterable[Answer], checklist: Sequence[Requirement] = CHECKLIST
) -> tuple[Line, ...]:
    """The whole checklist, in its order."""
    said = {one.requirement: one for one in answers}
    return tuple(_line(one, one.observe(evidence), said) for one in checklist)


def _line(one: Requirement, seen: Observation, said: Mapping[str, Answer]) -> Line:
    answer = said.get(one.name)
    verdict, by = decide(one.kind, seen, answer)
    return Line(
        requirement=one.name,
        heading=one.heading,
        title=one.title,
        kind=one.kind,
        observation=seen,
        answer=answer,
        decision=verdict,
        decided_by=by,
    )


def decide(kind: Kind, seen: Observation, answer: Answer | None) -> tuple[Verdict, str]:
    """The verdict and whose it is: what evidence can decide, no person overrules."""
    if kind is Kind.AUTOMATIC and seen.verdict is not Verdict.UNKNOWN:
        return seen.verdict, EVIDENCE
    return (answer.verdict, answer.by) if answer else (Verdict.UNKNOWN, "")


def decided(evidence: Evidence, answers: Iterable[Answer]) -> tuple[Decided, ...]:
    return tuple(
        Decided(
            requirement=one.requirement,
            verdict=one.decision,
            by=one.decided_by,
            note=one.answer.note if one.answer and one.decided_by != EVIDENCE else "",
        )
        for one in lines(evidence, answers)
    )


def require_answerable(name: str, evidence: Evidence, verdict: Verdict, note: str) -> Requirement:
    """Raises ``ResourceNotFoundError``, ``CertificationRequirementDecidedError``,
    ``CertificationNoteMissingError``, ``InvalidJsonInputError``."""
    wanted = next((one for one in CHECKLIST if one.name == name), None)
    if wanted is None:
        raise ResourceNotFoundError("Requirement", key=name[:100])
    if verdict is Verdict.UNKNOWN:
        raise InvalidJsonInputError("verdict takes Met or Unmet.")
    seen = wanted.observe(evidence)
    if decide(wanted.kind, seen, None)[1] == EVIDENCE:
        raise CertificationRequirementDecidedError(name)
    differs = seen.verdict is Verdict.UNMET and verdict is Verdict.MET
    if (differs or verdict is Verdict.UNMET) and not note.strip():
        raise CertificationNoteMissingError(name)
    return wanted


def reopened(
    before: Evidence, after: Evidence, checklist: Sequence[Requirement] = CHECKLIST
) -> frozenset[str]:
    """The requirements whose answers no longer rest on the same: what they read has changed."""
    return frozenset(one.name for one in checklist if one.reads(before) != one.reads(after))


def carried_over(granted: Review, before: Evidence, after: Evidence) -> tuple[Answer, ...]:
    """What was answered in the certification before and still holds, named as such."""
    again = reopened(before, after)
    known = {one.name for one in CHECKLIST}
    return tuple(
        replace(one, carried_from=one.carried_from or granted.id)
        for one in granted.answers
        if one.requirement in known - again
    )
