"""A finding of one of this check's rules, in one call."""

import re

from connectory.findings import Finding, Rule, Severity

UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
LONGEST = 500
MOST_LINES = 20


def found(
    rule: Rule,
    what: str,
    *,
    application: str | None = None,
    path: str | None = None,
    line: int | None = None,
    about: str = "",
    fix: str = "",
    evidence: str = "",
    severity: Severity | None = None,
) -> Finding:
    """``severity`` only where the place decides it, rather than the rule. Whatever a stranger's
    file says stays on one line and shows as what it is."""
    return Finding(
        rule=rule.name,
        severity=severity or rule.severity,
        what=plain(what),
        application=application,
        path=path,
        line=line,
        about=plain(about),
        fix=plain(fix),
        evidence="\n".join(map(plain, evidence.splitlines()[:MOST_LINES])),
    )


def plain(text: str) -> str:
    """One line without characters that steer a screen, no longer than ``LONGEST``."""
    line = UNSEEN.sub(" ", text[: 2 * LONGEST]).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
