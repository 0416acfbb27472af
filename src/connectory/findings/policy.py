"""What a finding leads to: the one decision between seeing something and stopping a connector."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from connectory.findings.exceptions import Waiver, applicable
from connectory.findings.model import Finding, Gate, Rule

DEPENDENCIES, TESTS = "dependencies", "tests"


class Stage(StrEnum):
    """What a connector asks for. CERTIFICATION is the way to the Marketplace."""

    PREVIEW = "preview"
    PUBLISH = "publish"
    CERTIFICATION = "certification"


class Effect(StrEnum):
    """BLOCKS: this alone stops it. EXCEPTED: it would, or would be reported, but an exception
    applies. REPORTED: said, and stops nothing."""

    BLOCKS = "blocks"
    REPORTED = "reported"
    EXCEPTED = "excepted"


@dataclass(frozen=True)
class Policy:
    """Chosen by the operator. The real platform lets development-only dependencies pass on the
    server and fails them on the creator's machine (facts 7.3); here they pass on both."""

    development_dependencies_block: bool = False
    tests_block_publish: bool = False
    tests_block_certification: bool = True


@dataclass(frozen=True)
class Judged:
    """A finding with its rule and what follows from it."""

    finding: Finding
    rule: Rule
    effect: Effect
    waiver: Waiver | None = None


def judge(
    findings: Iterable[Finding],
    rules: Mapping[str, Rule],
    stage: Stage,
    policy: Policy,
    waivers: Iterable[Waiver],
    today: date,
) -> tuple[Judged, ...]:
    """Each finding with its effect, in the order given. The first exception that matches is the
    one named."""
    in_force: dict[str, list[Waiver]] = {}
    for waiver in applicable(waivers, rules, today):
        in_force.setdefault(waiver.rule, []).append(waiver)

    def one(finding: Finding) -> Judged:
        rule = rules.get(finding.rule) or _unknown(finding)
        waiver = next((w for w in in_force.get(finding.rule, ()) if w.matches(finding)), None)
        if waiver is not None:
            return Judged(finding, rule, Effect.EXCEPTED, waiver)
        stops = blocks(finding, rule, stage, policy)
        return Judged(finding, rule, Effect.BLOCKS if stops else Effect.REPORTED)

    return tuple(one(finding) for finding in findings)


def blocks(finding: Finding, rule: Rule, stage: Stage, policy: Policy) -> bool:
    """Severity, gate, and whether it ever ships decide; tests have settings of their own."""
    if not finding.severity.fails or not _stops_at(rule, stage, policy):
        return False
    if finding.shipped or rule.check == TESTS:
        return True
    return rule.check == DEPENDENCIES and policy.development_dependencies_block


def _stops_at(rule: Rule, stage: Stage, policy: Policy) -> bool:
    if rule.gate is Gate.NOWHERE:
        return False
    certifies = stage is Stage.CERTIFICATION
    if rule.check == TESTS:
        return policy.tests_block_certification if certifies else policy.tests_block_publish
    return certifies or rule.gate is Gate.EVERYWHERE


def _unknown(finding: Finding) -> Rule:
    """A rule that this version does not have: a finding that an earlier one kept."""
    return Rule(finding.rule, finding.severity, finding.rule, "", finding.fix, waivable=False)
