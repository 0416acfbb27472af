"""A few rules and findings of every kind, and a report made of them."""

from collections.abc import Sequence
from datetime import date

from connectory.findings import Examination, Finding, Gate, Rule, Severity, State
from connectory.findings.exceptions_file import Exceptions
from connectory.findings.policy import Policy, Stage
from connectory.findings.report import FullReport, Log, ReportedApplication, Source
from connectory.findings.report_making import Terms, full_report, known

TODAY = date(2026, 11, 23)


def rule(
    name: str, severity: Severity, gate: Gate = Gate.EVERYWHERE, *, waivable: bool = True
) -> Rule:
    return Rule(name, severity, f"About {name}", f"Why {name}.", f"Fix {name}.", gate, waivable)


RULES = known(
    (
        rule("code/eval", Severity.BLOCKER),
        rule("code/console", Severity.MINOR),
        rule("dependencies/vulnerable", Severity.HIGH),
        rule("specification/undeclared-key", Severity.HIGH),
        rule("secrets/in-tree", Severity.CRITICAL, waivable=False),
        rule("secrets/in-history", Severity.MAJOR, Gate.NOWHERE),
        rule("licences/not-permissive", Severity.HIGH, Gate.CERTIFICATION),
        rule("tests/failed", Severity.HIGH),
    )
)
EVAL = Finding(
    "code/eval",
    Severity.BLOCKER,
    "eval runs what a request says",
    application="processor",
    path="processor/src/a.ts",
    line=12,
    evidence="eval(body)",
)
CONSOLE = Finding("code/console", Severity.MINOR, "console.log stays", path="processor/src/b.ts")
AXIOS = Finding(
    "dependencies/vulnerable",
    Severity.HIGH,
    "axios 1.6.0 leaks credentials",
    application="processor",
    path="processor/package-lock.json",
    about="axios@1.6.0",
    fix="Update to axios 1.8.2.",
)
TOKEN = Finding(
    "secrets/in-tree", Severity.CRITICAL, "A Stripe secret key", path="docker-compose.yml", line=9
)


def terms(stage: Stage = Stage.PUBLISH, policy: Policy = Policy(), today: date = TODAY) -> Terms:  # noqa: B008
    return Terms(stage, policy, RULES, today, "0.1.0")


def report(
    *findings: Finding,
    examinations: Sequence[Examination] = (),
    read: Exceptions = Exceptions(),  # noqa: B008
    given: Terms | None = None,
    source: Source = Source("https://github.com/acme/c.git", "v1", "c" * 40, "t" * 40),  # noqa: B008
    logs: tuple[Log, ...] = (),
) -> FullReport:
    """Every check of the findings has examined everything; further examinations may be given."""
    names = dict.fromkeys(one.rule.partition("/")[0] for one in findings)
    made = [
        Examination(name, State.EXAMINED, tuple(f for f in findings if f.rule.startswith(name)))
        for name in names
    ]
    applications = (ReportedApplication("processor", "service"),)
    return full_report(given or terms(), source, applications, [*made, *examinations], read, logs)
