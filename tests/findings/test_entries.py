"""The entries of the API: known titles, and the cause in the first line."""

import msgspec
from tests.findings.samples import AXIOS, CONSOLE, EVAL, TODAY, TOKEN, report

from connectory.findings import Examination, Finding, Severity, State
from connectory.findings.exceptions_file import read
from connectory.findings.report_entries import LONGEST_ENTRY, Ending, cause, entries

CHECKS = ("specification", "code", "dependencies", "secrets", "licences", "size", "runtime")
KEY = Finding(
    "specification/undeclared-key",
    Severity.HIGH,
    "The code reads STRIPE_KEY, which connect.yaml does not declare",
    application="processor",
    path="processor/src/c.ts",
    line=3,
)


def test_a_clean_connector_has_the_four_titles() -> None:
    made = entries(report(examinations=[Examination(name) for name in CHECKS]))
    assert [one.title for one in made] == [
        "Connector specification file validation check succeeded",
        "SAST and SCA analysis check succeeded",
        "Image security analysis check succeeded",
        "Connector runtime security check succeeded",
    ]
    assert {one.message for one in made} == {"Nothing was found."}


def test_the_first_line_is_the_cause() -> None:
    (entry,) = entries(report(KEY))
    assert entry.title == "Connector specification file validation check failed"
    assert entry.application == "processor"
    first, *rest = entry.message.split("\n")
    assert first == (
        "One finding stops it: processor/src/c.ts:3 The code reads STRIPE_KEY, which connect.yaml "
        "does not declare (specification/undeclared-key)"
    )
    assert rest == ["To fix the first: Fix specification/undeclared-key."]


def test_several_causes_share_the_first_line() -> None:
    made = report(EVAL, TOKEN)
    assert made.summary == (
        "2 findings stop it: processor/src/a.ts:12 eval runs what a request says (code/eval); "
        "docker-compose.yml:9 A Stripe secret key (secrets/in-tree)"
    )
    (entry,) = entries(made)
    assert entry.application is None
    assert entry.message.split("\n")[1] == (
        "processor/src/a.ts:12 eval runs what a request says (code/eval)"
    )


def test_ten_findings_are_listed_and_the_others_counted() -> None:
    many = [msgspec.structs.replace(AXIOS, about=f"axios@{n}") for n in range(25)]
    (entry,) = entries(report(*many))
    lines = entry.message.split("\n")
    assert len(lines) == 13
    assert lines[0].startswith("25 findings stop it: processor/package-lock.json axios")
    assert lines[0].endswith("more")
    assert lines[11] == "... and 15 more in the full report."


def test_what_does_not_block_is_said_to_be_only_reported() -> None:
    read_exceptions = read(
        b"- {rule: code/eval, reason: Only constants, expires: 2027-01-01}", TODAY
    )
    (entry,) = entries(report(EVAL, CONSOLE, read=read_exceptions))
    assert entry.ending is Ending.SUCCEEDED
    assert (
        entry.message.split("\n")[0]
        == "Nothing stops it: 1 finding to look at and 1 exception in force."
    )
    assert "\nexception: processor/src/a.ts:12 eval" in entry.message
    assert "\nreported: processor/src/b.ts console.log" in entry.message


def test_no_data_is_never_a_success() -> None:
    missing = Examination("dependencies", State.NO_DATA, note="the advisories are missing")
    (entry,) = entries(report(examinations=[Examination("code"), missing]))
    assert entry.title == "SAST and SCA analysis check skipped"
    assert "dependencies could not be judged: the advisories are missing" in entry.message


def test_nothing_examined_is_no_success_either() -> None:
    aside = Examination("runtime", State.SKIPPED, note="no application is started")
    (entry,) = entries(report(examinations=[aside]))
    assert entry.title == "Connector runtime security check skipped"
    assert entry.message == "Nothing was examined: no application is started"


def test_hostile_names_cannot_break_lines_or_hide() -> None:
    hostile = msgspec.structs.replace(
        EVAL, path="a\nb\x1b[2K\u202e" + "x" * 5000, what="w\n" * 4000, fix="f\n" * 9000
    )
    found = [msgspec.structs.replace(hostile, about=str(n)) for n in range(30)]
    made = report(*found)
    (entry,) = entries(made)
    assert len(entry.message) <= LONGEST_ENTRY
    assert len(entry.message.split("\n")) == 13
    assert not {"\x1b", "\u202e"} & set(entry.message)
    assert cause(made.findings[0]).endswith("(code/eval)")


def test_tests_keep_entries_of_their_own() -> None:
    failed = Finding("tests/failed", Severity.HIGH, "adds: expected 3")
    assert entries(report(failed)) == ()
