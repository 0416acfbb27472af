"""Vitest's default reporter."""

import re

from connectory.publishing.tools.suites.blocks import FILE, place, reason
from connectory.publishing.tools.suites.model import Failed, Reading

HEADER = re.compile(rf"^ ?FAIL\s+(?:\|[^|]*\| |\[[^\]]*\] )?({FILE})(?: > (.+?)| \[ .+ \])[ \t]*$")
RULE = re.compile(r"^⎯{3,}")
TOTAL = re.compile(r"^[ \t]*Tests\s{2}.*\((\d{1,9})\)[ \t]*$", re.MULTILINE)
FILES = re.compile(r"^[ \t]*Test Files\s{2}", re.MULTILINE)


def read(text: str) -> Reading | None:
    """None for the output of something else."""
    if not FILES.search(text):
        return None
    failed: dict[tuple[str, str | None], Failed] = {}
    for file, name, lines in _blocks(text):
        one = Failed(name or file, reason(lines), *place(lines, file))
        failed.setdefault((file, name), one)
    tests = tuple(one for (_, name), one in failed.items() if name is not None)
    broken = tuple(one for (_, name), one in failed.items() if name is None)
    total = sum(int(number) for number in TOTAL.findall(text))
    return Reading("vitest", tests, broken, total or None)


def _blocks(text: str) -> list[tuple[str, str | None, list[str]]]:
    """File, test and lines; several tests that fail alike stand above the same lines."""
    found: list[tuple[str, str | None, list[str]]] = []
    body: list[str] | None = None
    for line in text.split("\n"):
        header = HEADER.match(line)
        if header:
            body = body if body == [] else []
            found.append((header[1], header[2], body))
        elif RULE.match(line):
            body = None
        elif body is not None:
            body.append(line)
    return found
