"""The order in which findings are shown: by place, then rule, the same on every machine."""

from collections.abc import Iterable

from connectory.findings.model import Finding, Severity

RANK = {severity: number for number, severity in enumerate(Severity)}


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, worst first, then by application, path, line, rule and what it is
    about."""
    return tuple(sorted(dict.fromkeys(findings), key=_key))


def _key(finding: Finding) -> tuple[int, str, str, int, str, str, str]:
    return (
        RANK[finding.severity],
        finding.application or "",
        finding.path or "",
        finding.line or 0,
        finding.rule,
        finding.about,
        finding.what,
    )
