"""Hostile bytes into bounded, printable lines."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_LINE = 16 * 1024
CUT = " … [cut: the line is longer]"
"""What a line ends with that is not whole."""
TAIL = 16 * 1024

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)?|[ -~])")
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def printable(raw: bytes) -> str:
    """Text a terminal or a page can show as it is: no escapes, no controls, no direction tricks."""
    return _CONTROLS.sub("", _ESCAPES.sub("", raw.decode("utf-8", "replace"))).rstrip("\n")


@dataclass
class Tail:
    """The last `TAIL` bytes of everything that was said, whole lines where possible."""

    _lines: list[str] = field(default_factory=list)
    _size: int = 0

    def add(self, line: str) -> None:
        self._lines.append(line)
        self._size += len(line.encode()) + 1
        if self._size > 4 * TAIL:
            self._shorten()

    def text(self) -> str:
        self._shorten()
        return "\n".join(self._lines)

    def _shorten(self) -> None:
        kept = "\n".join(self._lines).encode()[-TAIL:].decode("utf-8", "ignore")
        self._lines, self._size = kept.split("\n") if kept else [], len(kept.encode())


class Lines:
    """Splits one stream into lines of at most `LONGEST_LINE` bytes; of a longer one, the rest is
    left out and `CUT` says so. Breaking it would show the halves of what is masked as a whole."""

    def __init__(self, each: Callable[[str], None]) -> None:
        self._each = each
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        *whole, rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            self._say(line)
        # one more than is shown is enough to know that it is cut
        self._rest = rest[: LONGEST_LINE + 1]

    def close(self) -> None:
        if self._rest:
            self._say(self._rest)
        self._rest = b""

    def _say(self, line: bytes) -> None:
        if len(line) <= LONGEST_LINE:
            self._each(printable(line))
            return
        # not in the middle of a character, which has at most four bytes
        ends = range(LONGEST_LINE, LONGEST_LINE - 4, -1)
        end = next((one for one in ends if line[one] & 0xC0 != 0x80), LONGEST_LINE)
        self._each(printable(line[:end]) + CUT)
