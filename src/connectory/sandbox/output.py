"""Hostile bytes into bounded, printable lines."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_LINE = 8 * 1024
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
    """Splits one stream into lines of at most `LONGEST_LINE` bytes; a longer one is broken."""

    def __init__(self, each: Callable[[str], None]) -> None:
        self._each = each
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        for line in whole:
            self._say(line)
        while len(self._rest) > LONGEST_LINE:
            self._each(printable(self._rest[:LONGEST_LINE]))
            self._rest = self._rest[LONGEST_LINE:]

    def close(self) -> None:
        if self._rest:
            self._say(self._rest)
        self._rest = b""

    def _say(self, line: bytes) -> None:
        for start in range(0, len(line) or 1, LONGEST_LINE):
            self._each(printable(line[start : start + LONGEST_LINE]))
