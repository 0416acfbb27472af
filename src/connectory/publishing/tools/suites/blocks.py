"""What a failing test prints below its name: the reason in one line, and the place."""

import re
from collections.abc import Iterable, Sequence

LONGEST = 200
MOST_LINES = 80
"""A reason stands at the top; nobody has to read all of what a hostile test prints."""
FILE = r"[\w@.+\[\]-]+(?:/[\w@.+\[\]-]+)*\.[cm]?[jt]sx?"
PLACE = re.compile(rf"(?<![^\s(])(?P<path>{FILE}):(?P<line>\d{{1,7}})(?::\d+)?\)?[ \t]*$")
FRAME = re.compile(r"^[ \t]*(?:at|❯|›)\s")  # noqa: RUF001
WANTED = re.compile(r"^[ \t]*Expected(?: length| value| substring| path)?:\s*(.+)$", re.MULTILINE)
GOT = re.compile(r"^[ \t]*Received(?: length| value| string| path)?:\s*(.+)$", re.MULTILINE)
UNEQUAL = re.compile(r"^[ \t]*(.+?) !==? (.+?)[ \t]*$", re.MULTILINE)
KIND = re.compile(r"^(?:AssertionError|AssertionFailedError|JestAssertionError)(?: \[\w+\])?:\s*")
REMARK = re.compile(r"\s*//.*$")
DETAIL = re.compile(
    r"^[ \t]*[-+](?![ \t]*(?:Expected|Received|actual|expected)\b)\s*(\S.*?),?[ \t]*$"
)
QUOTED = re.compile(r"^(?:thrown: )?([\"'])(?P<text>.*?)\1?$")


def reason(lines: Sequence[str]) -> str:
    """One line that says why a test failed."""
    body = [line for line in lines[:MOST_LINES] if not FRAME.match(line)]
    text = "\n".join(body)
    wanted, got = WANTED.search(text), GOT.search(text)
    if wanted and got:
        return _short(f"expected {wanted[1]}, got {got[1]}")
    if unequal := UNEQUAL.search(text):
        return _short(f"expected {unequal[2]}, got {unequal[1]}")
    return _difference(body) or _first(body)


def place(lines: Sequence[str], file: str | None) -> tuple[str | None, int | None]:
    """Where it happened: in the file of the test if that is known, else the first own frame."""
    found = [
        (match["path"], int(match["line"]))
        for line in lines[:MOST_LINES]
        if "node_modules" not in line and (match := PLACE.search(line))
    ]
    own = [one for one in found if file is None or one[0] == file]
    return own[0] if own else (file, None)


def _difference(lines: Sequence[str]) -> str | None:
    """``expected 2, got 1`` from a difference of one line in a comparison of objects."""
    if not any("toEqual" in line or "toStrictEqual" in line for line in lines):
        return None
    removed = [m[1] for line in lines if (m := DETAIL.match(line)) and line.lstrip()[0] == "-"]
    added = [m[1] for line in lines if (m := DETAIL.match(line)) and line.lstrip()[0] == "+"]
    if len(removed) == len(added) == 1:
        return _short(f"expected {removed[0]}, got {added[0]}")
    return None


def _first(lines: Iterable[str]) -> str:
    """The first line that says something, without what every runner puts around it."""
    for line in lines:
        text = REMARK.sub("", KIND.sub("", line.strip())) if "://" not in line else line.strip()
        quoted = QUOTED.match(text)
        text = (quoted["text"] if quoted else text).rstrip(":").strip()
        if text:
            return _short(text)
    return ""


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
