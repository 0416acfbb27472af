"""Jest's own reporter, with or without ``--verbose``."""

import re

from connectory.publishing.tools.suites.blocks import FILE, place, reason
from connectory.publishing.tools.suites.model import Failed, Reading

HEADER = re.compile(rf"^(FAIL|PASS)\s+(?:\S.*?\s)?({FILE})(?:\s+\([^)]*\))*[ \t]*$")
TITLE = re.compile(r"^  ● (.+?)[ \t]*$")
TOTAL = re.compile(r"^Tests: .*?(\d{1,9}) total[ \t]*$", re.MULTILINE)
SUITES = re.compile(r"^(?:Test Suites:|Tests:|Summary of all failing tests|Snapshots:)")
UNRUN = "Test suite failed to run"
REMARKS = frozenset({"Console", "Obsolete"})
PARSING = "Jest encountered an unexpected token"
SYNTAX = re.compile(r"^[ \t]*(\w*Error: .+)$")


def read(text: str) -> Reading | None:
    """None for the output of something else."""
    totals = [int(number) for number in TOTAL.findall(text)]
    if not totals and UNRUN not in text:
        return None
    failed: dict[tuple[str | None, str], Failed] = {}
    broken: dict[str | None, Failed] = {}
    for file, title, lines in _blocks(text):
        if title == UNRUN:
            broken.setdefault(file, Failed(file or "", _unrun(lines), *place(lines, file)))
        elif title.split(" ")[0] not in REMARKS:
            failed.setdefault((file, title), Failed(title, reason(lines), *place(lines, file)))
    return Reading("jest", (*failed.values(),), (*broken.values(),), sum(totals) or None)


def _blocks(text: str) -> list[tuple[str | None, str, list[str]]]:
    """File, title and lines of everything that is said about a failing file."""
    found: list[tuple[str | None, str, list[str]]] = []
    file: str | None = None
    body: list[str] | None = None
    for line in text.split("\n"):
        header, title = HEADER.match(line), TITLE.match(line)
        if header:
            file, body = (header[2] if header[1] == "FAIL" else None), None
        elif title and file is not None:
            body = []
            found.append((file, title[1], body))
        elif SUITES.match(line):
            body = None
        elif body is not None:
            body.append(line)
    return found


def _unrun(lines: list[str]) -> str:
    """The error itself, where Jest gives its advice first."""
    if any(PARSING in line for line in lines):
        errors = [match[1] for line in lines if (match := SYNTAX.match(line))]
        if errors:
            return reason(errors)
    return reason(lines)
