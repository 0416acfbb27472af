"""From a failed run of tests to its verdict: the message for the report, and findings. Pure."""

from connectory.durable import Rejected
from connectory.findings import Finding
from connectory.publishing.built import TEST_FAILED, TESTS_CRASHED, finding
from connectory.publishing.model import Suite, SuiteVerdict
from connectory.publishing.tools.suites.model import Failed, Reading

MOST_SHOWN = 20
MOST_FINDINGS = 50
LONGEST_NAME = 200


def failed(application: str, reading: Reading, refusal: Rejected) -> Suite:
    """Tests that failed by name, and files of tests of which nothing ran."""
    lines = [first_line(application, reading), *map(_shown, _all(reading)[:MOST_SHOWN])]
    message = "\n".join((*lines, refusal.evidence))
    return Suite(SuiteVerdict.FAILED, message, _findings(application, reading))


def crashed(application: str, refusal: Rejected) -> Suite:
    """The run failed, and no test is to blame that we know of."""
    found = finding(
        TESTS_CRASHED, application, refusal.cause, path="package.json",
        fix=refusal.fix, evidence=refusal.evidence,
    )  # fmt: skip
    return Suite(SuiteVerdict.FAILED, refusal.message, (found,))


def first_line(application: str, reading: Reading) -> str:
    """``2 of 14 tests of processor failed: "adds a customer" (expected 1, got 2)``."""
    if not reading.failed:
        first = reading.broken[0]
        return f"The tests of {application} could not be run: {_place(first)}{first.message}"
    count = len(reading.failed)
    whole = f"{count} of {reading.total} tests" if reading.total else f"{count} tests"
    many = "1 test" if whole == "1 tests" else whole
    first = reading.failed[0]
    why = f" ({first.message})" if first.message else ""
    return f'{many} of {application} failed: "{_name(first)}"{why}'


def _findings(application: str, reading: Reading) -> tuple[Finding, ...]:
    broken = [_broken(application, one) for one in reading.broken]
    failing = [_failing(application, one) for one in reading.failed]
    found = [*failing, *broken]
    left = len(found) - MOST_FINDINGS
    if left <= 0:
        return tuple(found)
    more = finding(TEST_FAILED, application, f"{left} more tests fail.", about="more")
    return (*found[:MOST_FINDINGS], more)


def _failing(application: str, one: Failed) -> Finding:
    why = f": {one.message}" if one.message else ""
    return finding(
        TEST_FAILED, application, f'The test "{_name(one)}" fails{why}',
        path=_path(one), line=one.line if _path(one) else None, about=_name(one),
    )  # fmt: skip


def _broken(application: str, one: Failed) -> Finding:
    why = f": {one.message}" if one.message else "."
    return finding(
        TESTS_CRASHED, application, f"The tests in {_name(one)} could not be run{why}",
        path=_path(one), line=one.line if _path(one) else None, about=_name(one),
    )  # fmt: skip


def _all(reading: Reading) -> tuple[Failed, ...]:
    return (*reading.failed, *reading.broken)


def _shown(one: Failed) -> str:
    why = f": {one.message}" if one.message else ""
    return f"- {_place(one) if one.name != one.path else ''}{_name(one)}{why}"


def _place(one: Failed) -> str:
    path = _path(one)
    if path is None:
        return ""
    return f"{path}:{one.line}: " if one.line else f"{path}: "


def _path(one: Failed) -> str | None:
    """Only what lies in the application's own folder has a place there."""
    outside = one.path is None or one.path.startswith(("/", "../"))
    return None if outside else one.path


def _name(one: Failed) -> str:
    return one.name if len(one.name) <= LONGEST_NAME else f"{one.name[: LONGEST_NAME - 1]}…"
