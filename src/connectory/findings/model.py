"""A rule, what broke it where, and what a check has to say: frozen data, no I/O."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """From the worst to the least, in the words of both trades: BLOCKER, CRITICAL, MAJOR, MINOR
    and INFO of code analysis, CRITICAL, HIGH, MEDIUM and LOW of security advisories."""

    BLOCKER = "BLOCKER"
    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MAJOR = "MAJOR"
    MEDIUM = "MEDIUM"
    MINOR = "MINOR"
    LOW = "LOW"
    INFO = "INFO"

    @property
    def fails(self) -> bool:
        """Whether a finding of this severity stops a connector (facts 7.3)."""
        return self in {Severity.BLOCKER, Severity.CRITICAL, Severity.HIGH}


class Gate(StrEnum):
    """Where a rule can stop a connector: everywhere, on the way to the Marketplace only, nowhere.
    Where it can, the severity of the finding decides."""

    EVERYWHERE = "everywhere"
    CERTIFICATION = "certification"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Rule:
    """One thing that validation looks for. ``name`` is ``check/what``, as in
    ``specification/undeclared-key``; the texts are whole sentences for a creator who has never
    heard of it."""

    name: str
    severity: Severity
    title: str
    why: str
    fix: str
    gate: Gate = Gate.EVERYWHERE
    waivable: bool = True

    @property
    def check(self) -> str:
        return self.name.partition("/")[0]


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One place that breaks a rule.

    ``what`` is one line that names the cause. ``path`` is relative to the repository's root,
    ``line`` counts from 1. ``about`` is what is broken there, such as ``lodash@4.17.11`` or a
    configuration key: it tells findings at one place apart and lets an exception name one.
    ``fix`` is the rule's own unless there is a better one for this place. ``evidence`` shows it,
    in a few lines without secrets, and is no part of what identifies the finding.
    ``shipped`` is false for what never becomes part of the running application.
    """

    rule: str
    severity: Severity
    what: str
    application: str | None = None
    path: str | None = None
    line: int | None = None
    about: str = ""
    fix: str = ""
    evidence: str = ""
    shipped: bool = True

    @property
    def place(self) -> str:
        """``path:line`` as far as they are known."""
        if self.path is None:
            return self.application or ""
        return f"{self.path}:{self.line}" if self.line else self.path


class State(StrEnum):
    """EXAMINED: looked at everything. NO_DATA: could not judge, which is never said to be clean.
    SKIPPED: nothing here that it applies to, or it was told not to."""

    EXAMINED = "examined"
    NO_DATA = "noData"
    SKIPPED = "skipped"


class Examination(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What one check found. ``note`` says in one line why it could not look at everything, or what
    it looked at; ``data`` names the database it judged by, if any."""

    check: str
    state: State = State.EXAMINED
    findings: tuple[Finding, ...] = ()
    note: str = ""
    data: str = ""
