"""What strangers may know of a full report: how much was found, not where. Pure."""

from collections import Counter

from connectory.findings.exceptions import Waiver
from connectory.findings.model import Severity
from connectory.findings.report import CheckReport, FullReport
from connectory.marketplace.model import CheckSummary, FindingsSummary, ShownException


def summary(report: FullReport) -> FindingsSummary:
    return FindingsSummary(
        complete=report.complete,
        checks=tuple(_check(one, report) for one in report.checks),
        exceptions=tuple(_exception(one) for one in report.exceptions),
    )


def _check(check: CheckReport, report: FullReport) -> CheckSummary:
    counted = Counter(one.severity for one in report.of(check.name))
    found = {one: counted[one] for one in Severity if counted[one]}
    return CheckSummary(name=check.name, state=check.state, found=found)


def _exception(waiver: Waiver) -> ShownException:
    return ShownException(
        rule=waiver.rule,
        reason=waiver.reason,
        expires=waiver.expires.isoformat(),
        application=waiver.application,
    )
