"""The report as SARIF 2.1.0, the format that code hosts and editors show findings from.

Exceptions become accepted suppressions with their reason. Places are relative to ``%SRCROOT%``, the
repository's root.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from connectory.findings.model import Severity, State
from connectory.findings.odd import one_line, visible
from connectory.findings.policy import Effect
from connectory.findings.report import CheckReport, FullReport, Reported

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5000
"""Code hosts show no more of one run; a report is in order, so the least serious are left out."""
LONGEST_MESSAGE = 1000
FINGERPRINT = "connectory/v1"

LEVELS = {
    Severity.BLOCKER: "error",
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MAJOR: "warning",
    Severity.MEDIUM: "warning",
    Severity.MINOR: "note",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
SECURITY = {
    Severity.BLOCKER: "9.5",
    Severity.CRITICAL: "9.0",
    Severity.HIGH: "8.0",
    Severity.MAJOR: "6.0",
    Severity.MEDIUM: "5.0",
    Severity.MINOR: "3.0",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
SECURITY_CHECKS = frozenset({"code", "dependencies", "secrets", "runtime"})


def to_sarif(report: FullReport) -> bytes:
    """One run; the same report, the same bytes."""
    found = report.findings[:MOST_RESULTS]
    rules = _rules(found)
    places = {rule["id"]: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {"id": f"connectory/{report.stage}/"},
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The repository's root."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "results": [_result(one, places[one.rule]) for one in found],
        "properties": {
            "verdict": report.verdict,
            "digest": report.digest,
            "commit": report.connector.commit,
            "tree": report.connector.tree,
            "findingsLeftOut": len(report.findings) - len(found),
        },
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def _driver(report: FullReport, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": "Connectory", "semanticVersion": _semantic(report.version), "rules": rules}


def _semantic(version: str) -> str:
    return version if version.count(".") == 2 else f"{version}.0"


def _rules(found: Iterable[Reported]) -> list[dict[str, Any]]:
    """Each rule once, by name; the worst of its findings gives its level."""
    worst: dict[str, Reported] = {}
    order = list(Severity)
    for one in found:
        before = worst.setdefault(one.rule, one)
        if order.index(one.severity) < order.index(before.severity):
            worst[one.rule] = one
    return [_rule(worst[name]) for name in sorted(worst)]


def _rule(one: Reported) -> dict[str, Any]:
    check = one.rule.partition("/")[0]
    properties: dict[str, Any] = {"tags": [check], "precision": "high"}
    if check in SECURITY_CHECKS:
        properties["tags"] = [check, "security"]
        properties["security-severity"] = SECURITY[one.severity]
    text = f"{one.why}\n\nTo fix it: {one.fix}"
    return {
        "id": one.rule,
        "name": _pascal(one.rule),
        "shortDescription": {"text": visible(one.title)},
        "fullDescription": {"text": one_line(one.why or one.title, LONGEST_MESSAGE)},
        "help": {"text": visible(text), "markdown": visible(f"**{one.title}**\n\n{text}")},
        "defaultConfiguration": {"level": LEVELS[one.severity]},
        "properties": properties,
    }


def _result(one: Reported, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": LEVELS[one.severity],
        "message": {"text": _message(one)},
        "locations": [_location(one)],
        "partialFingerprints": {FINGERPRINT: one.id},
        "properties": {
            "severity": one.severity,
            "effect": one.effect,
            "application": one.application,
            "about": one.about,
            "shipped": one.shipped,
        },
    }
    if one.effect is Effect.EXCEPTED and one.exception is not None:
        until = one.exception.expires.isoformat()
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{visible(one.exception.reason)} (until {until})",
            }
        ]
    return result


def _message(one: Reported) -> str:
    return f"{one_line(one.what, LONGEST_MESSAGE)}\n{one_line(one.fix, LONGEST_MESSAGE)}".strip()


def _location(one: Reported) -> dict[str, Any]:
    """What has no place of its own is shown at connect.yaml: every connector has one."""
    place: dict[str, Any] = {"artifactLocation": _artifact(one.path or "connect.yaml")}
    if one.line:
        place["region"] = {"startLine": one.line}
    location: dict[str, Any] = {"physicalLocation": place}
    if one.application:
        location["logicalLocations"] = [{"name": one.application, "kind": "module"}]
    return location


def _artifact(path: str) -> Mapping[str, str]:
    return {"uri": quote(path.encode("utf-8", "replace")), "uriBaseId": "%SRCROOT%"}


def _invocation(report: FullReport) -> dict[str, Any]:
    """That it ran, and what it could not judge: no result there is not a clean bill."""
    notes = [_notification(one) for one in report.checks if one.state is State.NO_DATA]
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _notification(check: CheckReport) -> dict[str, Any]:
    text = f"{check.name} could not be judged: {check.note or 'no data'}"
    return {"level": "warning", "message": {"text": one_line(text, LONGEST_MESSAGE)}}


def _pascal(rule: str) -> str:
    return "".join(part.capitalize() for part in rule.replace("/", "-").split("-"))
