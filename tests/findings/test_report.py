"""The full report: one verdict, one digest, every finding."""

import random
from datetime import date

import msgspec
import pytest
from tests.findings.samples import AXIOS, CONSOLE, EVAL, TODAY, TOKEN, report, terms

from connectory.findings import Examination, Finding, Severity, State
from connectory.findings.exceptions_file import read
from connectory.findings.policy import Effect, Stage
from connectory.findings.report import (
    FullReport,
    Log,
    Source,
    Verdict,
    by_application,
    from_json,
    to_json,
)

WAIVED = b"""\
- rule: code/eval
  reason: Only constants reach it
  expires: 2027-01-01
"""


def test_one_blocking_finding_refuses() -> None:
    made = report(EVAL, CONSOLE)
    assert made.verdict is Verdict.REFUSED
    assert (made.counts.blocks, made.counts.reported) == (1, 1)
    assert made.findings[0].title == "About code/eval"
    assert made.findings[0].fix == "Fix code/eval."


def test_a_finding_has_the_better_fix_of_its_place() -> None:
    assert report(AXIOS).findings[0].fix == "Update to axios 1.8.2."


def test_an_exception_lets_it_pass_and_is_shown() -> None:
    made = report(EVAL, read=read(WAIVED, TODAY))
    assert made.verdict is Verdict.ACCEPTED
    (finding,) = made.findings
    assert finding.effect is Effect.EXCEPTED
    assert finding.exception == made.exceptions[0]


def test_no_data_is_never_complete() -> None:
    missing = Examination("dependencies", State.NO_DATA, note="no advisories here")
    made = report(examinations=[missing])
    assert made.verdict is Verdict.ACCEPTED
    assert not made.complete
    assert "dependencies could not be judged: no advisories here" in made.summary


def test_the_json_reads_back_and_names_its_format() -> None:
    made = report(EVAL, TOKEN, read=read(WAIVED, TODAY), logs=(Log("processor", "test", "ok"),))
    encoded = to_json(made)
    assert msgspec.json.decode(encoded)["format"] == "connectory-report/1"
    assert from_json(encoded) == made
    with pytest.raises(msgspec.ValidationError):
        from_json(encoded.replace(b"report/1", b"report/9"))


def everything(order: random.Random, *, elsewhere: bool) -> FullReport:
    found = [EVAL, CONSOLE, AXIOS, TOKEN]
    order.shuffle(found)
    examinations = [Examination("size", State.EXAMINED, note="/home/ada" if elsewhere else "")]
    if elsewhere:
        found = [msgspec.structs.replace(one, evidence="differs") for one in found]
        old = Finding("secrets/in-history", Severity.MAJOR, "Commit 1 held it", path="a")
        examinations.append(Examination("more", State.SKIPPED, (old,)))
    else:
        examinations.append(Examination("more", State.SKIPPED))
    order.shuffle(examinations)
    repository = "file:///home/ada/c" if elsewhere else "https://github.com/acme/c.git"
    source = Source(repository, "v2" if elsewhere else "v1", "d" * 40, "t" * 40)
    return report(*found, examinations=examinations, source=source)


def test_the_same_tree_has_the_same_digest_on_any_machine() -> None:
    here = {everything(random.Random(seed), elsewhere=False).digest for seed in range(5)}
    there = {everything(random.Random(seed), elsewhere=True).digest for seed in range(5)}
    assert here == there
    assert len(here) == 1


@pytest.mark.parametrize(
    "other",
    [
        report(EVAL, AXIOS, TOKEN),
        report(EVAL, given=terms(Stage.CERTIFICATION)),
        report(EVAL, source=Source(tree="u" * 40)),
        report(msgspec.structs.replace(EVAL, line=13)),
        report(EVAL, read=read(WAIVED, TODAY)),
        report(EVAL, examinations=[Examination("dependencies", State.NO_DATA)]),
        report(EVAL, examinations=[Examination("dependencies", data="of yesterday")]),
    ],
)
def test_whatever_is_judged_differently_has_another_digest(other: FullReport) -> None:
    assert other.digest != report(EVAL).digest


def test_a_date_changes_the_digest_only_through_an_exception() -> None:
    later = terms(today=date(2027, 6, 1))
    assert report(EVAL, given=later).digest == report(EVAL).digest
    waived = read(WAIVED, TODAY)
    assert report(EVAL, read=waived, given=later).digest != report(EVAL, read=waived).digest


def test_a_finding_keeps_its_name_when_lines_move() -> None:
    twice = (EVAL, msgspec.structs.replace(EVAL, line=40))
    moved = (msgspec.structs.replace(EVAL, line=15), msgspec.structs.replace(EVAL, line=43))
    before = [one.id for one in report(*twice).findings]
    assert before == [one.id for one in report(*moved).findings]
    assert len(set(before)) == 2


def test_groups_begin_with_what_stops_the_connector() -> None:
    made = report(CONSOLE, TOKEN, EVAL)
    groups = [(name, [rule for rule, _ in rules]) for name, rules in by_application(made.findings)]
    assert groups == [
        ("processor", ["code/eval"]),
        (None, ["secrets/in-tree", "code/console"]),
    ]
