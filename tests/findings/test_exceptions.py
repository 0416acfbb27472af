"""The file of exceptions: what applies, and what is said of the rest."""

from datetime import date

import pytest
from tests.findings.samples import AXIOS, EVAL, RULES, TODAY, TOKEN

from connectory.findings import Finding, Severity
from connectory.findings.exceptions import FILE, Waiver, remarks
from connectory.findings.exceptions import RULES as OWN
from connectory.findings.exceptions_file import MOST, MOST_SIZE, read

GOOD = b"""\
- rule: dependencies/vulnerable
  application: processor
  path: processor/*
  about: axios@1.6.0
  reason: Redirects are switched off
  expires: 2027-03-01
"""


def test_an_entry_is_read_with_its_line() -> None:
    found = read(b"# ours\n\n" + GOOD, TODAY)
    assert found.findings == ()
    assert found.waivers == (
        Waiver(
            "dependencies/vulnerable",
            "Redirects are switched off",
            date(2027, 3, 1),
            "processor",
            "processor/*",
            "axios@1.6.0",
            3,
        ),
    )
    assert found.waivers[0].matches(AXIOS)


@pytest.mark.parametrize("content", [None, b"", b"# nothing\n", b"[]"])
def test_no_exceptions_are_no_problem(content: bytes | None) -> None:
    assert read(content, TODAY) == read(None, TODAY)


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        ((b"rule:", b"rules:"), 1, "no key 'rules'"),
        ((b"reason: Redirects are switched off", b"reason: because"), 5, "at least 10"),
        ((b"  reason: Redirects are switched off\n", b""), 1, "no reason"),
        ((b"2027-03-01", b"tomorrow"), 6, "must be a date"),
        ((b"2027-03-01", b"2027-02-30"), 6, "must be a date"),
        ((b"2027-03-01", b"20270301"), 6, "must be text"),
        ((b"2027-03-01", b"2028-01-01"), 6, "more than a year"),
        ((b"axios@1.6.0", b"[axios]"), 4, "must be text, it is of type array"),
        ((b"- rule", b"rule"), 1, "must be a list"),
        ((b"application: processor", b"application: ["), None, "not valid YAML"),
        ((b"processor/*", b"p" * 1001), 3, "longer than 1000"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(
    change: tuple[bytes, bytes], line: int | None, said: str
) -> None:
    content = GOOD.replace(*change)
    if change[0] == b"- rule":
        content = content.replace(b"\n  ", b"\n")
    found = read(content, TODAY)
    assert found.waivers == ()
    (finding,) = found.findings
    assert finding.rule == "exceptions/invalid"
    assert said in finding.what
    assert finding.path == FILE
    assert line is None or finding.line == line


def test_a_bad_entry_leaves_the_good_ones() -> None:
    found = read(GOOD + b"- 7\n", TODAY)
    assert (len(found.waivers), len(found.findings)) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"- " * 5000,
        b"a: &a [*a, *a]",
        b"&a [&b [&c [x]], *b, *b, *c]",
        b"!!python/object:os.system {}",
        b"x" * (MOST_SIZE + 1),
        b"- {}\n" * 13_000,
    ],
)
def test_a_hostile_file_is_a_finding(content: bytes) -> None:
    found = read(content, TODAY)
    assert found.waivers == ()
    assert 1 <= len(found.findings) <= MOST + 1


def test_a_path_may_be_a_pattern_and_brackets_are_none() -> None:
    def fits(pattern: str, path: str) -> bool:
        waiver = Waiver("code/eval", "reason enough", TODAY, path=pattern)
        return waiver.matches(Finding("code/eval", Severity.BLOCKER, "x", path=path))

    assert fits("processor/**/*.ts", "processor/src/a.ts")
    assert fits("*/pages/[id].ts", "app/pages/[id].ts")
    assert not fits("processor/[ab].ts", "processor/a.ts")
    assert not fits("enabler/*", "processor/src/a.ts")


def test_a_pattern_made_to_hang_does_not() -> None:
    waiver = Waiver("code/eval", "reason enough", TODAY, path="*a" * 500 + "b")
    assert not waiver.matches(Finding("code/eval", Severity.BLOCKER, "x", path="a" * 4000))


@pytest.mark.parametrize(
    ("waiver", "rule"),
    [
        (Waiver("code/eval", "reason enough", date(2026, 11, 22)), "exceptions/expired"),
        (Waiver("code/eval", "reason enough", TODAY, path="other"), "exceptions/unused"),
        (Waiver("secrets/in-tree", "reason enough", TODAY), "exceptions/not-allowed"),
        (Waiver("code/evil", "reason enough", TODAY), "exceptions/invalid"),
        (Waiver("exceptions/unused", "reason enough", TODAY), "exceptions/not-allowed"),
    ],
)
def test_an_exception_that_changes_nothing_is_said(waiver: Waiver, rule: str) -> None:
    (said,) = remarks([waiver], [EVAL, TOKEN], RULES, {"code", "secrets"}, TODAY)
    assert said.rule == rule


def test_a_misspelt_rule_gets_a_hint() -> None:
    waiver = Waiver("code/evil", "reason enough", TODAY)
    (said,) = remarks([waiver], [], RULES, {"code"}, TODAY)
    assert said.fix == "Did you mean code/eval?"


def test_nothing_is_called_unused_when_its_check_had_no_data() -> None:
    waiver = Waiver("dependencies/vulnerable", "reason enough", TODAY)
    assert remarks([waiver], [], RULES, {"code"}, TODAY) == ()


def test_nothing_is_called_unused_for_want_of_history() -> None:
    waiver = Waiver("secrets/in-history", "reason enough", TODAY)
    assert remarks([waiver], [], RULES, {"secrets"}, TODAY) == ()


def test_no_rule_about_exceptions_can_stop_a_connector() -> None:
    assert not any(rule.severity.fails or rule.waivable for rule in OWN)
