"""From what was examined, built and started to the full report and the entries of the wire."""

import importlib.metadata
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connectory.connectors.model import ReportEntry, ReportEntryType
from connectory.durable import Rejected, Run
from connectory.findings import Examination, Finding, State
from connectory.findings.exceptions_file import Exceptions, read
from connectory.findings.order import ordered
from connectory.findings.policy import Effect, Policy, Stage
from connectory.findings.report import FullReport, Log, ReportedApplication, Source
from connectory.findings.report_entries import Ending, GroupEntry, entries, first_line
from connectory.findings.report_making import Terms, full_report
from connectory.publishing import report
from connectory.publishing.built import FAILED, NOT_STARTED
from connectory.publishing.checks.registry import rules
from connectory.publishing.checks.unreadable import UNREADABLE
from connectory.publishing.model import BUILT_PER_DEPLOYMENT, Outcome, Plan, SuiteVerdict
from connectory.publishing.steps.examine import Examined
from connectory.settings import Settings
from connectory.specification import SERVED
from connectory.wire import now

NO_SOURCE = Source()
KINDS = {
    Ending.SUCCEEDED: ReportEntryType.INFORMATION,
    Ending.FAILED: ReportEntryType.ERROR,
    Ending.SKIPPED: ReportEntryType.WARNING,
}
"""A check without data is a warning: a client that reads Published as free of errors is right."""


@dataclass(frozen=True)
class Judge:
    """Judges one run by the operator's settings."""

    settings: Settings
    run: Run
    stage: Stage

    def report(
        self,
        plan: Plan,
        examined: Examined,
        outcomes: Sequence[Outcome],
    ) -> FullReport:
        """Everything that was found, in the files and by building and starting them."""
        source = Source(plan.url, plan.tag, plan.commit, plan.tree)
        applications = [ReportedApplication(one.name, one.type) for one in plan.applications]
        together = joined(examined.examinations, of_outcomes(outcomes))
        terms = self._terms()
        waived = read(examined.exceptions, terms.today)
        return full_report(terms, source, applications, together, waived, logs_of(outcomes))

    def refusal(self, verdict: Rejected, source: Source = NO_SOURCE) -> FullReport:
        """For what could not be read at all: the one finding there is."""
        line = re.match(r"connect\.yaml has .*?\bin line (\d+)", verdict.cause)
        finding = Finding(
            UNREADABLE.name, UNREADABLE.severity, verdict.cause,
            path="connect.yaml" if line else None, line=int(line[1]) if line else None,
            fix=verdict.fix, evidence=verdict.evidence,
        )  # fmt: skip
        found = Examination(UNREADABLE.check, State.EXAMINED, (finding,))
        return full_report(self._terms(), source, (), [found], Exceptions())

    def _terms(self) -> Terms:
        chosen = self.settings
        policy = Policy(
            development_dependencies_block=chosen.development_dependencies_block,
            tests_block_publish=chosen.tests_block_publish,
            tests_block_certification=chosen.tests_block_certification,
        )
        version = importlib.metadata.version("connectory")
        return Terms(self.stage, policy, rules(), now().date(), version)


def of_outcomes(outcomes: Iterable[Outcome]) -> Iterator[Examination]:
    """What showed in building, as the examinations of the checks that the findings belong to. What
    was never got to is no examination: its application has a finding that says why."""
    for outcome in outcomes:
        found: dict[str, list[Finding]] = {check: [] for check in looked_at(outcome)}
        for finding in outcome.findings:
            check = finding.rule.partition("/")[0]
            found[check] = [*found.get(check, []), finding]
        for check, findings in found.items():
            unjudged = any(one.rule == NOT_STARTED.name for one in findings)
            state = State.NO_DATA if unjudged else State.EXAMINED
            yield Examination(check, state, ordered(findings))


def logs_of(outcomes: Iterable[Outcome]) -> Iterator[Log]:
    """The end of what failing tests and builds said."""
    for outcome in outcomes:
        if outcome.tests.verdict is SuiteVerdict.FAILED and outcome.tests.findings:
            yield Log(outcome.tests.findings[0].application or "", "test", outcome.tests.message)
        for one in outcome.findings:
            if one.rule == FAILED.name and one.evidence:
                yield Log(one.application or "", "build", one.evidence)


def looked_at(outcome: Outcome) -> tuple[str, ...]:
    """The checks that every built application goes through."""
    if outcome.application is None:
        return ()
    if outcome.application.type in BUILT_PER_DEPLOYMENT:
        return ("tests",)
    served = outcome.application.type in SERVED
    return ("licences", "size", *(("tests", "runtime") if served else ()))


def joined(one: Iterable[Examination], other: Iterable[Examination]) -> list[Examination]:
    """One examination for each check: what could not judge somewhere has not judged it all."""
    found: dict[str, Examination] = {}
    for each in (*one, *other):
        found[each.check] = _together(found[each.check], each) if each.check in found else each
    return list(found.values())


def _together(one: Examination, other: Examination) -> Examination:
    rank = (State.NO_DATA, State.EXAMINED, State.SKIPPED)
    return Examination(
        one.check,
        min(one.state, other.state, key=rank.index),
        ordered((*one.findings, *other.findings)),
        "; ".join(dict.fromkeys(note for note in (one.note, other.note) if note)),
        one.data or other.data,
    )


def told(judged: FullReport, where: str, *more: ReportEntry) -> tuple[ReportEntry, ...]:
    """The report in the wire's entries, in the platform's order (facts 7.2), the last line of each
    saying where all of it is."""
    own = (*_tests(judged, where), *(_entry(one, where) for one in entries(judged)), *more)
    return tuple(sorted(own, key=_rank))


def _rank(entry: ReportEntry) -> int:
    known = [number for number, check in enumerate(report.ORDER) if entry.title.startswith(check)]
    return known[0] if known else -1


def _tests(judged: FullReport, where: str) -> tuple[ReportEntry, ...]:
    """Failing tests have a warning for each application; where they stop it, that is said too."""
    stops = [one for one in judged.of("tests") if one.effect is Effect.BLOCKS]
    line = first_line(stops, ())
    return (report.failed(report.TESTS, f"{line}\n{where}"),) if stops else ()


def _entry(entry: GroupEntry, where: str) -> ReportEntry:
    whole = entry.message if entry.ending is Ending.SUCCEEDED else f"{entry.message}\n{where}"
    return report.entry(KINDS[entry.ending], entry.title, whole, entry.application)
