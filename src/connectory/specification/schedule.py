"""The rule for the schedule of a job.

The official parser looks for a schedule anywhere in the text, and lets two fields stand without
a space between them: `12345` is five fields. A published connector may rely on either, so this
rule accepts the same texts, but in linear time.
"""

import re

FIELDS = 5

_PREDEFINED = re.compile(r"@(?:annually|yearly|monthly|weekly|daily|hourly|reboot)")
_INTERVAL = re.compile(r"@every [0-9]+(?:ns|us|µs|ms|s|m|h)")
_NEVER = -(10**9)


def is_schedule(value: str) -> bool:
    """Whether the text contains `@daily` and its like, `@every 5m`, or five cron fields."""
    if _PREDEFINED.search(value) or _INTERVAL.search(value):
        return True
    return _has_five_fields(value)


def _has_five_fields(value: str) -> bool:
    """Whether five cron fields follow one another, each with at most one space behind it.

    A field is `7`, `*`, `*/5`, `1-5`, or `1,2,3`. Each state below holds the greatest number of
    fields completed by a reading of the text so far that is now in that state.
    """
    number = star = comma = listed = sign = ranged = gap = _NEVER
    for character in value:
        done = max(number, star, listed, ranged) + 1
        start = max(0, done, gap)
        previous = number, star, comma, listed, sign, ranged
        number = star = comma = listed = sign = ranged = gap = _NEVER
        if character in "0123456789":
            number = max(start, previous[0])
            listed = max(previous[2], previous[3])
            ranged = max(previous[4], previous[5])
        elif character == "*":
            star = start
        elif character == ",":
            comma = max(previous[0], previous[3])
        elif character in "/-":
            sign = max(previous[0], previous[1])
        elif character == " ":
            gap = done
        if max(number, star, listed, ranged) + 1 >= FIELDS:
            return True
    return False
