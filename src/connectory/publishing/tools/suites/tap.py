"""The Test Anything Protocol, as Node, tap, AVA and Mocha's reporter speak it."""

import re

from connectory.publishing.tools.suites.blocks import FILE, place, reason
from connectory.publishing.tools.suites.model import Failed, Reading
from connectory.publishing.tools.suites.node import CAUSE

POINT = re.compile(r"^([ \t]*)not ok \d+(?: -)? (.*?)[ \t]*$")
ANY_POINT = re.compile(r"^[ \t]*(?:not )?ok \d+\b")
IGNORED = re.compile(r" # (?:SKIP|TODO)\b", re.IGNORECASE)
TOTAL = re.compile(r"^# tests (\d{1,9})[ \t]*$", re.MULTILINE)
SIGN = re.compile(r"^(?:TAP version \d+|1\.\.\d+)[ \t]*$", re.MULTILINE)
GROUP = "failureType: 'subtestsFailed'"
LOCATION = re.compile(rf"^[ \t]*(?:location|at): ['\"]?({FILE}):(\d{{1,7}})(?::\d+)?", re.MULTILINE)
ERROR = re.compile(r"^([ \t]*)(?:error|message): (?P<text>.+)$", re.MULTILINE)
WANTED = re.compile(r"^[ \t]*expected: (\S.*)$", re.MULTILINE)
GOT = re.compile(r"^[ \t]*actual: (\S.*)$", re.MULTILINE)
ESCAPED = re.compile(r"\\([#\\])")
WHOLE_FILE = re.compile(rf"^{FILE}$")


def read(text: str) -> Reading | None:
    """None for the output of something else."""
    if not SIGN.search(text):
        return None
    found = [_failed(name, body) for name, body in _points(text) if GROUP not in body]
    total = TOTAL.search(text)
    broken = tuple(
        Failed(one.name, one.message or _cause(text), one.path)
        for one in found
        if WHOLE_FILE.match(one.name)
    )
    failed = tuple(one for one in found if not WHOLE_FILE.match(one.name))
    return Reading("tap", failed, broken, int(total[1]) if total else None)


def _points(text: str) -> list[tuple[str, str]]:
    """Name and what is indented below it, of each failing point that counts."""
    found: list[tuple[str, list[str]]] = []
    body: list[str] | None = None
    indent = ""
    for line in text.split("\n"):
        point = POINT.match(line)
        if point and not IGNORED.search(line):
            indent, body = f"{point[1]}  ", []
            found.append((ESCAPED.sub(r"\1", point[2]), body))
        elif ANY_POINT.match(line) or (line.strip() and not line.startswith(indent)):
            body = None
        elif body is not None:
            body.append(line)
    return [(name, "\n".join(lines)) for name, lines in found]


def _failed(name: str, body: str) -> Failed:
    location = LOCATION.search(body)
    at = (location[1], int(location[2])) if location else place(body.split("\n"), None)
    message = _message(body)
    return Failed(name, "" if message == "test failed" else message, *at)


def _message(body: str) -> str:
    error = ERROR.search(body)
    if error and not error["text"].startswith(("|", ">")):
        return reason([error["text"]])
    wanted, got = WANTED.search(body), GOT.search(body)
    if wanted and got:
        return reason([f"Expected: {wanted[1]}", f"Received: {got[1]}"])
    if error is None:
        return reason(body.split("\n"))
    return reason(_below(body[error.end() :], error[1]))


def _below(text: str, indent: str) -> list[str]:
    """The lines of a YAML block: those that are indented more than its key."""
    kept: list[str] = []
    for line in text.split("\n")[1:]:
        if line.strip() and not line.startswith(f"{indent} "):
            break
        kept.append(line)
    return kept


def _cause(text: str) -> str:
    match = CAUSE.search(re.sub(r"^# ", "", text, flags=re.MULTILINE))
    return reason([match[1]]) if match else ""
