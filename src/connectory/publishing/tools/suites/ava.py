"""AVA's default reporter: names, and the difference of each in one line."""

import re

from connectory.publishing.tools.suites.model import Failed, Reading

FAIL = re.compile(r"^[ \t]+✘ \[fail\]: (.+?)[ \t]*$", re.MULTILINE)
PASS = re.compile(r"^[ \t]+✔ ", re.MULTILINE)
THREW = " Error thrown in test"


def read(text: str) -> Reading | None:
    """None for the output of something else."""
    names = FAIL.findall(text)
    if not names:
        return None
    failed = tuple(
        Failed(name.removesuffix(THREW), THREW.strip() if name.endswith(THREW) else "")
        for name in dict.fromkeys(names)
    )
    return Reading("ava", failed, total=len(names) + len(PASS.findall(text)))
