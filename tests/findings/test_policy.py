"""What stops a connector, and what is only said."""

from dataclasses import replace as with_changes
from datetime import date

import msgspec
import pytest
from tests.findings.samples import AXIOS, EVAL, RULES, TODAY, TOKEN, rule

from connectory.findings import Finding, Gate, Severity
from connectory.findings.exceptions import Waiver
from connectory.findings.policy import Effect, Policy, Stage, blocks, judge

FAILING = {Severity.BLOCKER, Severity.CRITICAL, Severity.HIGH}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("gate", Gate)
@pytest.mark.parametrize("severity", Severity)
def test_severity_and_gate_decide(stage: Stage, gate: Gate, severity: Severity) -> None:
    finding = Finding("code/any", severity, "any")
    open_here = gate is Gate.EVERYWHERE or (
        gate is Gate.CERTIFICATION and stage is Stage.CERTIFICATION
    )
    stops = blocks(finding, rule("code/any", severity, gate), stage, Policy())
    assert stops is (severity in FAILING and open_here)


def test_development_dependencies_block_only_by_policy() -> None:
    dev = msgspec.structs.replace(AXIOS, shipped=False)
    known = RULES[dev.rule]
    assert not blocks(dev, known, Stage.PUBLISH, Policy())
    assert blocks(dev, known, Stage.PUBLISH, Policy(development_dependencies_block=True))


def test_what_never_ships_stops_nothing_else() -> None:
    aside = msgspec.structs.replace(EVAL, shipped=False)
    policy = Policy(development_dependencies_block=True)
    assert not blocks(aside, RULES[aside.rule], Stage.CERTIFICATION, policy)


@pytest.mark.parametrize(
    ("stage", "policy", "stops"),
    [
        (Stage.PUBLISH, Policy(), False),
        (Stage.PREVIEW, Policy(tests_block_publish=True), True),
        (Stage.CERTIFICATION, Policy(), True),
        (Stage.CERTIFICATION, Policy(tests_block_certification=False), False),
    ],
)
def test_tests_have_settings_of_their_own(stage: Stage, policy: Policy, stops: bool) -> None:
    failed = Finding("tests/failed", Severity.HIGH, "adds: expected 3", shipped=False)
    assert blocks(failed, RULES["tests/failed"], stage, policy) is stops


def test_an_exception_changes_the_effect_and_is_named() -> None:
    waiver = Waiver("code/eval", "Only constants reach it", date(2027, 1, 1))
    (judged,) = judge([EVAL], RULES, Stage.PUBLISH, Policy(), [waiver], TODAY)
    assert (judged.effect, judged.waiver) == (Effect.EXCEPTED, waiver)


def test_an_exception_ends_the_day_after_its_last() -> None:
    waiver = Waiver("code/eval", "Only constants reach it", TODAY)
    (last,) = judge([EVAL], RULES, Stage.PUBLISH, Policy(), [waiver], TODAY)
    (after,) = judge([EVAL], RULES, Stage.PUBLISH, Policy(), [waiver], date(2026, 11, 24))
    assert (last.effect, after.effect) == (Effect.EXCEPTED, Effect.BLOCKS)


def test_some_rules_cannot_be_set_aside() -> None:
    waiver = Waiver("secrets/in-tree", "It is a test key", date(2027, 1, 1))
    (judged,) = judge([TOKEN], RULES, Stage.PUBLISH, Policy(), [waiver], TODAY)
    assert judged.effect is Effect.BLOCKS


def test_a_finding_that_an_earlier_version_kept_is_still_judged() -> None:
    old = Finding("code/renamed", Severity.BLOCKER, "as it was called", fix="Do this.")
    (judged,) = judge([old], RULES, Stage.PUBLISH, Policy(), [], TODAY)
    assert judged.effect is Effect.BLOCKS
    assert not with_changes(judged.rule).waivable
