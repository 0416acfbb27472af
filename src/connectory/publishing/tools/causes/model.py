"""One known failure: how it looks, what it means, what helps."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """``text`` is one sentence, ``fix`` what the creator can do; {0} stands for the first group.
    ``counted`` names what is counted when the pattern is found more than once."""

    pattern: re.Pattern[str]
    text: str
    fix: str = ""
    counted: str = ""


def when(pattern: str, text: str, fix: str = "", counted: str = "") -> Cause:
    return Cause(re.compile(pattern, re.IGNORECASE | re.MULTILINE), text, fix, counted)


def exactly(pattern: str, text: str, fix: str = "", counted: str = "") -> Cause:
    """The same, where upper and lower case tell things apart."""
    return Cause(re.compile(pattern, re.MULTILINE), text, fix, counted)
