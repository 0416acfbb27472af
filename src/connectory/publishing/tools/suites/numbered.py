"""Reporters that list failures by number at the end: Mocha's and Jasmine's."""

import re

from connectory.publishing.tools.suites.blocks import place, reason
from connectory.publishing.tools.suites.model import Failed, Reading

COUNTS = re.compile(r"^  (\d{1,9}) (passing|failing|pending)\b", re.MULTILINE)
FAILING = re.compile(r"^  \d+ failing[ \t]*$", re.MULTILINE)
ITEM = re.compile(r"^  \d+\) (.+?)[ \t]*$", re.MULTILINE)
SPECS = re.compile(r"^(\d{1,9}) specs?, \d+ failures?", re.MULTILINE)
FAILURES = re.compile(r"^Failures:[ \t]*$", re.MULTILINE)
JASMINE_ITEM = re.compile(r"^\d+\) (.+?)[ \t]*$", re.MULTILINE)
LABELS = frozenset({"Message:", "Stack:"})


def read_mocha(text: str) -> Reading | None:
    """None for the output of something else."""
    begins = FAILING.search(text)
    if begins is None:
        return None
    total = sum(int(count) for count, _ in COUNTS.findall(text))
    parts = ITEM.split(text[begins.end() :])[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return Reading("mocha", tuple(_mocha(first, rest) for first, rest in pairs), total=total)


def read_jasmine(text: str) -> Reading | None:
    """None for the output of something else."""
    specs, begins = SPECS.search(text), FAILURES.search(text)
    if specs is None or begins is None:
        return None
    parts = JASMINE_ITEM.split(text[begins.end() : specs.start()])[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return Reading("jasmine", tuple(_jasmine(*one) for one in pairs), total=int(specs[1]))


def _mocha(first: str, rest: str) -> Failed:
    """The title runs over lines that are indented more and more, up to one with a colon."""
    titles, lines = [first], rest.split("\n")[1:]
    while lines and not titles[-1].endswith(":") and lines[0].startswith("    "):
        titles.append(lines.pop(0).strip())
    name = " › ".join(titles).removesuffix(":")  # noqa: RUF001
    return Failed(name, reason(lines), *place(lines, None))


def _jasmine(name: str, rest: str) -> Failed:
    lines = [line for line in rest.split("\n") if line.strip() not in LABELS]
    return Failed(name, reason(lines), *place(lines, None))
