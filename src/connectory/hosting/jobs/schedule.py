"""When a job runs: from the text of a schedule to moments in UTC. Pure.

The specification accepts a text in which a schedule stands anywhere, and numbers that no clock
shows. Such a schedule means nothing here and says so; it is never guessed at.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from cronsim import CronSim, CronSimError

SECOND = 1000
LONGEST_TEXT = 256
FARTHEST_YEAR = 2099
"""The last year that cron fields name elsewhere too."""
REBOOT = "@reboot"
NAMED = {
    "@annually": "0 0 1 1 *",
    "@yearly": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@hourly": "0 * * * *",
}
FORMS = (
    "Take '@daily' or its like, '@every 5m', or five cron fields such as '0 0 * * *'; with six "
    "fields the first one is the second, with seven the last one is the year."
)
_EVERY = re.compile(r"@every\s+((?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|μs|ms|s|m|h))+)", re.IGNORECASE)
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|μs|ms|s|m|h)", re.IGNORECASE)
_UNITS = {
    "ns": Decimal("0.000001"),
    "us": Decimal("0.001"),
    "µs": Decimal("0.001"),
    "μs": Decimal("0.001"),
    "ms": Decimal(1),
    "s": Decimal(1000),
    "m": Decimal(60_000),
    "h": Decimal(3_600_000),
}
_YEARS = re.compile(r"(\*|[0-9]{4}(?:-[0-9]{4})?)(?:/([0-9]{1,4}))?")

Years = frozenset[int]


class MeaninglessScheduleError(ValueError):
    """The schedule names no moment at which to run; the message says why."""


class Interval(NamedTuple):
    """``@every``: milliseconds between two runs, whole seconds."""

    length: int

    def after(self, moment: int, since: int) -> int | None:
        """Steps are counted from ``since``, so that a late run does not move the later ones."""
        steps = max(0, moment - since) // self.length + 1
        return _within(since + steps * self.length)


class Calendar(NamedTuple):
    """Cron fields, with a sixth one in front for the second. ``years``: None for any."""

    fields: str
    years: Years | None

    def after(self, moment: int, since: int) -> int | None:  # noqa: ARG002 - the forms' shape
        """A calendar is not counted from anywhere."""
        begin = datetime.fromtimestamp(moment // SECOND, UTC)
        return self._next(begin) if self.years is None else self._next_of(self.years, begin)

    def _next(self, begin: datetime) -> int | None:
        try:
            found = next(CronSim(self.fields, begin), None)
        except OverflowError:  # behind the last year of a calendar
            return None
        return None if found is None else _within(round(found.timestamp()) * SECOND)

    def _next_of(self, years: Years, begin: datetime) -> int | None:
        """Looks from one year that has a moment to the next: a search of each year for days that
        are rare or never come would take seconds."""
        while year := min((one for one in years if one >= begin.year), default=None):
            start = datetime(year, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
            found = self._next(max(begin, start))
            if found is None:
                return None
            begin = datetime.fromtimestamp(found // SECOND, UTC)
            if begin.year in years:
                return found
        return None


class Once(NamedTuple):
    """``@reboot``: right after a deploy and never again (facts 14.2 row 29)."""

    def after(self, moment: int, since: int) -> None:  # noqa: ARG002 - the forms' shape
        return None


Timetable = Interval | Calendar | Once


def understood(text: str) -> Timetable:
    """What a schedule means. Raises ``MeaninglessScheduleError``."""
    stripped = text.strip()
    if len(stripped) > LONGEST_TEXT:
        raise MeaninglessScheduleError(f"It is longer than {LONGEST_TEXT} characters.")
    if stripped == REBOOT:
        return Once()
    if every := _EVERY.fullmatch(stripped):
        return Interval(_length(every[1]))
    if stripped.startswith("@") and stripped not in NAMED:
        raise MeaninglessScheduleError(f"It is not understood. {FORMS}")
    return _calendar(NAMED.get(stripped, stripped))


def problem(text: str, moment: int) -> str | None:
    """Why a job with this schedule never runs again after ``moment``; None when it does."""
    try:
        timetable = understood(text)
    except MeaninglessScheduleError as reason:
        return str(reason)
    if isinstance(timetable, Once) or timetable.after(moment, moment) is not None:
        return None
    return "No moment from now on matches it."


def first(text: str, moment: int) -> int | None:
    """When a job that is declared at ``moment`` runs for the first time, None for never; all
    moments are in milliseconds since 1970, on a whole second."""
    return _told(text, moment, lambda one: moment if isinstance(one, Once) else None)


def following(text: str, due: int, moment: int) -> int | None:
    """When the job runs next after ``moment``, ``due`` being when it should have run last. What
    lies between them is not made up for one by one."""
    return _told(text, max(due, moment), lambda _: None, due)


def _told(
    text: str,
    moment: int,
    special: Callable[[Timetable], int | None],
    since: int | None = None,
) -> int | None:
    try:
        timetable = understood(text)
    except MeaninglessScheduleError:
        return None
    start = moment if since is None else since
    found = special(timetable)
    return found if found is not None else timetable.after(moment, start - start % SECOND)


def _length(text: str) -> int:
    parts = (Decimal(number) * _UNITS[unit.lower()] for number, unit in _PART.findall(text))
    return max(SECOND, int(sum(parts, Decimal(0))) // SECOND * SECOND)


def _calendar(text: str) -> Calendar:
    fields = text.replace("?", "*").split()
    if len(fields) not in {5, 6, 7}:
        raise MeaninglessScheduleError(f"It has {len(fields)} fields. {FORMS}")
    years = _years(fields.pop()) if len(fields) == 7 else None
    calendar = Calendar(" ".join(fields), years)
    try:
        CronSim(calendar.fields, datetime(2000, 1, 1, tzinfo=UTC))
    except (CronSimError, ValueError, TypeError, AssertionError, RecursionError) as reason:
        raise MeaninglessScheduleError(f"{_sentence(reason)} {FORMS}") from None
    return calendar


def _sentence(reason: Exception) -> str:
    said = str(reason) if isinstance(reason, CronSimError) else ""
    return f"{said}." if said else "It is not understood."


def _years(field: str) -> Years | None:
    if field == "*":
        return None
    return frozenset(year for part in field.split(",") for year in _some_years(part))


def _some_years(part: str) -> range:
    found = _YEARS.fullmatch(part)
    if found is None or found[2] == "0" * len(found[2] or " "):
        raise MeaninglessScheduleError(f"Bad year. {FORMS}")
    span, step = found[1], int(found[2] or 1)
    low, _, high = ("1970", "", str(FARTHEST_YEAR)) if span == "*" else span.partition("-")
    last = int(high) if high else FARTHEST_YEAR if found[2] else int(low)
    if int(low) > last:
        raise MeaninglessScheduleError(f"Bad year. {FORMS}")
    return range(int(low), min(last, FARTHEST_YEAR) + 1, step)


def _within(moment: int) -> int | None:
    return moment if moment < _END else None


_END = round(datetime(FARTHEST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp()) * SECOND
