"""The schedule of a job: the same texts as the official pattern, in linear time."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectory.specification.schedule import is_schedule

# The rule as a pattern, with the backtracking that makes it unfit for hostile text.
_FIELD = r"(?:(?:[0-9]+,)+[0-9]+|(?:[0-9]+|\*)[/-][0-9]+|[0-9]+|\*)"
FIVE_FIELDS = re.compile(rf"(?:{_FIELD} ?){{5}}")


@given(st.text(alphabet="01*,/- x", max_size=14))
def test_five_fields_are_found_where_the_pattern_finds_them(text: str) -> None:
    assert is_schedule(text) is (FIVE_FIELDS.search(text) is not None)


@pytest.mark.parametrize(
    "text",
    ["@daily", "@reboot", "@every 5m", "@every 1h30m", "@every 10µs", "0 0 * * *", "*/5 * * * *",
     "1,2 1-5 * * *", "0 0 0 * * * 2024", "12345", "run at 0 0 * * * please", "@dailyish"],
)  # fmt: skip
def test_schedules(text: str) -> None:
    assert is_schedule(text)


@pytest.mark.parametrize(
    "text",
    ["", "daily", "@fortnightly", "@every five", "@every m", "0 0 * *", "0  0  *  *  *",
     "0 0 * * MON-FRI", "0 0 L * ?", "1,2,3,4,5", "\u0660 \u0660 * * *"],
)  # fmt: skip
def test_no_schedules(text: str) -> None:
    assert not is_schedule(text)


@pytest.mark.parametrize("unit", ["1,", "1/", "1 ,", "*-", "@every 1", "1-1-", "1,1 ,"])
def test_hostile_text_takes_linear_time(unit: str) -> None:
    started = time.process_time()
    is_schedule(unit * 100_000)
    assert time.process_time() - started < 10
