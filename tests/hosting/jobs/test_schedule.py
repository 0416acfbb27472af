"""What a schedule means, against another library and against rules of our own."""

import contextlib
import string
from datetime import UTC, datetime

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as some

from connectory.hosting.jobs.schedule import (
    MeaninglessScheduleError,
    first,
    following,
    problem,
    understood,
)
from connectory.specification.schedule import is_schedule

START = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


def at(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000)


def said(moment: int | None) -> str | None:
    if moment is None:
        return None
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


NOW = round(START.timestamp() * 1000) + 535


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("@yearly", "2027-01-01 00:00:00"),
        ("@annually", "2027-01-01 00:00:00"),
        ("@monthly", "2026-04-01 00:00:00"),
        ("@weekly", "2026-03-15 00:00:00"),
        ("@daily", "2026-03-15 00:00:00"),
        ("@hourly", "2026-03-14 16:00:00"),
        ("@every 5m", "2026-03-14 15:14:26"),
        ("@every 1h30m", "2026-03-14 16:39:26"),
        ("@every 10ms", "2026-03-14 15:09:27"),
        ("*/5 * * * *", "2026-03-14 15:10:00"),
        ("0 0 * * *", "2026-03-15 00:00:00"),
        ("0 9 * JAN-MAR MON", "2026-03-16 09:00:00"),
        ("0 0 ? * SUN", "2026-03-15 00:00:00"),
        ("0 12 L * *", "2026-03-31 12:00:00"),
        ("0 12 * * 5#2", "2026-04-10 12:00:00"),
        ("30 * * * * *", "2026-03-14 15:09:30"),
        ("0 0 12 1 1 * 2028", "2028-01-01 12:00:00"),
        ("0 0 12 1 1 * 2027-2030/2", "2027-01-01 12:00:00"),
        # rare days, of which most years have none
        ("0 0 0 29 2 * 2027-2031,2040", "2028-02-29 00:00:00"),
        ("0 0 0 29 2 * 2029-2031,2033,2040", "2040-02-29 00:00:00"),
        ("@reboot", "2026-03-14 15:09:26"),
    ],
)
def test_a_job_runs_first(schedule: str, expected: str) -> None:
    assert said(first(schedule, NOW)) == expected
    assert problem(schedule, NOW) is None


@pytest.mark.parametrize(
    "schedule",
    ["", "rubbish", "61 * * * *", "* * * *", "@every", "@every 5 minutes", "0 0 30 2 *",
     "0 0 12 1 1 * 2020", "0 0 0 */29 2 1#5 2026-2999", "x 0 0 * * * y",
     "@fortnightly", "* " * 200],
)  # fmt: skip
def test_a_schedule_without_a_meaning_never_runs_and_says_why(schedule: str) -> None:
    assert first(schedule, NOW) is None
    assert problem(schedule, NOW)


def test_a_reboot_schedule_runs_once() -> None:
    assert following("@reboot", NOW, NOW) is None


def test_intervals_are_counted_from_when_they_were_due() -> None:
    due = at("2026-03-14T15:00:00")
    assert said(following("@every 5m", due, at("2026-03-14T15:00:03"))) == "2026-03-14 15:05:00"
    # missed ones are not made up for
    assert said(following("@every 5m", due, at("2026-03-14T17:01:00"))) == "2026-03-14 17:05:00"


def test_what_was_missed_is_left_out() -> None:
    due = at("2026-03-14T00:00:00")
    assert said(following("@daily", due, at("2026-03-20T10:00:00"))) == "2026-03-21 00:00:00"


FIELD = some.sampled_from(("*", "*/7", "3", "1-5", "2,4"))


@given(fields=some.tuples(*[FIELD] * 4), moment=some.integers(0, 4_000_000_000_000))
def test_the_next_moment_is_later_and_the_one_another_library_finds(
    fields: tuple[str, ...], moment: int
) -> None:
    # what days of the month and of the week mean together is told differently by each
    schedule = " ".join((*fields, "*"))
    found = first(schedule, moment)
    assert found is not None
    assert found > moment - 1000
    begin = datetime.fromtimestamp(moment // 1000, UTC)
    assert found == round(croniter(schedule, begin).get_next(datetime).timestamp() * 1000)


@given(some.text(string.printable + "@µ", max_size=60))
def test_any_text_means_something_or_says_why_not(text: str) -> None:
    with contextlib.suppress(MeaninglessScheduleError):
        understood(text)
        assert is_schedule(text)
