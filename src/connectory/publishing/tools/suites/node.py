"""Node's own test runner with its ``spec`` reporter."""

import re

from connectory.publishing.tools.suites.blocks import FILE, place, reason
from connectory.publishing.tools.suites.model import Failed, Reading

LIST = re.compile(r"^✖ failing tests:[ \t]*$", re.MULTILINE)
TOTAL = re.compile(r"^ℹ tests (\d{1,9})[ \t]*$", re.MULTILINE)  # noqa: RUF001
AT = re.compile(r"^test at (.+?):(\d{1,7}):\d+[ \t]*$", re.MULTILINE)
TITLE = re.compile(r"^✖ (.+?)(?: \([\d.]+m?s\))?[ \t]*$")
WHOLE_FILE = re.compile(rf"^{FILE}$")
CAUSE = re.compile(r"^(\w*Error(?: \[\w+\])?: .+?)[ \t]*$", re.MULTILINE)
SAYS_NOTHING = "test failed"


def read(text: str) -> Reading | None:
    """None for the output of something else."""
    begins, total = LIST.search(text), TOTAL.search(text)
    if begins is None:
        return None
    parts = AT.split(text[begins.end() :])[1:]
    found = [_failed(*parts[at : at + 3]) for at in range(0, len(parts), 3)]
    broken = [
        Failed(one.path or one.name, one.message or _cause(text[: begins.start()]), one.path)
        for one in found
        if WHOLE_FILE.match(one.name)
    ]
    failed = tuple(one for one in found if not WHOLE_FILE.match(one.name))
    return Reading("node", failed, (*broken,), int(total[1]) if total else None)


def _failed(path: str, line: str, rest: str) -> Failed:
    titled = [one for one in rest.split("\n") if one.strip()]
    match = TITLE.match(titled[0]) if titled else None
    name = match[1] if match else ""
    message = reason(titled[1:])
    own = place(titled[1:], path)
    at = own if own[1] else (path, int(line))
    return Failed(name, "" if message == SAYS_NOTHING else message, *at)


def _cause(text: str) -> str:
    """The error that ended a file before its first test; it is printed where it happened."""
    match = CAUSE.search(text)
    return reason([match[1]]) if match else ""
