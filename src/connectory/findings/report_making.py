"""From what the checks found to the full report: one pure function."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectory.findings import digest, exceptions
from connectory.findings.exceptions_file import Exceptions
from connectory.findings.model import Examination, Rule, State
from connectory.findings.order import ordered
from connectory.findings.policy import Effect, Judged, Policy, Stage, judge
from connectory.findings.report import (
    CheckReport,
    Counts,
    FullReport,
    Log,
    Reported,
    ReportedApplication,
    Source,
    Verdict,
)
from connectory.findings.report_entries import first_line


@dataclass(frozen=True)
class Terms:
    """By what findings are judged. ``today`` matters to exceptions alone."""

    stage: Stage
    policy: Policy
    rules: Mapping[str, Rule]
    today: date
    version: str


def full_report(
    terms: Terms,
    source: Source,
    applications: Iterable[ReportedApplication],
    examinations: Sequence[Examination],
    read: Exceptions = Exceptions(),  # noqa: B008 - frozen and empty
    logs: Iterable[Log] = (),
) -> FullReport:
    """``terms.rules`` are all rules there are by name, ``examinations`` one for each check."""
    rules = {rule.name: rule for rule in exceptions.RULES} | dict(terms.rules)
    found = [finding for one in examinations for finding in one.findings]
    examined = {one.check for one in examinations if one.state is State.EXAMINED}
    remarks = exceptions.remarks(read.waivers, found, rules, examined, terms.today)
    everything = ordered((*found, *read.findings, *remarks))
    judged = judge(everything, rules, terms.stage, terms.policy, read.waivers, terms.today)
    findings = _reported(judged)
    checks = tuple(CheckReport(one.check, one.state, one.note, one.data) for one in examinations)
    complete = all(one.state is not State.NO_DATA for one in examinations)
    counts = _counts(findings)
    return FullReport(
        version=terms.version,
        stage=terms.stage,
        verdict=Verdict.REFUSED if counts.blocks else Verdict.ACCEPTED,
        complete=complete,
        summary=first_line(findings, checks),
        digest=_digest(terms, source, checks, findings),
        counts=counts,
        connector=source,
        applications=tuple(applications),
        checks=checks,
        findings=findings,
        exceptions=read.waivers,
        logs=tuple(logs),
    )


def _reported(judged: Sequence[Judged]) -> tuple[Reported, ...]:
    """Blocking ones first, each kind in the usual order."""
    names = digest.fingerprints(one.finding for one in judged)
    made = [_one(each, name) for each, name in zip(judged, names, strict=True)]
    rank = list(Effect)
    return tuple(sorted(made, key=lambda one: one.effect is not rank[0]))


def _one(judged: Judged, name: str) -> Reported:
    finding, rule = judged.finding, judged.rule
    return Reported(
        id=name,
        rule=finding.rule,
        title=rule.title,
        severity=finding.severity,
        effect=judged.effect,
        what=finding.what,
        why=rule.why,
        fix=finding.fix or rule.fix,
        application=finding.application,
        path=finding.path,
        line=finding.line,
        about=finding.about,
        evidence=finding.evidence,
        shipped=finding.shipped,
        exception=judged.waiver,
    )


def _counts(findings: Iterable[Reported]) -> Counts:
    effects = [one.effect for one in findings]
    return Counts(*(effects.count(effect) for effect in Effect))


def _digest(
    terms: Terms, source: Source, checks: Iterable[CheckReport], findings: Iterable[Reported]
) -> str:
    states = sorted([one.name, one.state, one.data] for one in checks)
    known = [_identity(one) for one in findings if one.rule not in digest.OUTSIDE_THE_TREE]
    return digest.digest(terms.version, terms.stage, source.tree, states, known)


def _identity(one: Reported) -> list[Any]:
    applied = one.exception
    why = None if applied is None else [applied.reason, applied.expires.isoformat()]
    place = [one.application, one.path, one.line, one.about]
    return [one.id, one.rule, one.severity, one.effect, *place, one.what, one.fix, one.shipped, why]


def known(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Rules by name, those of the exceptions included."""
    return {rule.name: rule for rule in (*rules, *exceptions.RULES)}
