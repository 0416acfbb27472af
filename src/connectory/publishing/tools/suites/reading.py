"""Whose output it is, and what it says."""

import re

from connectory.publishing.tools.suites import ava, jest, node, numbered, tap, vitest
from connectory.publishing.tools.suites.model import Reading

READERS = (
    jest.read, vitest.read, node.read, numbered.read_mocha, numbered.read_jasmine, tap.read,
    ava.read,
)  # fmt: skip
LONGEST_LINE = 400
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def read(output: str, root: str = "") -> Reading | None:
    """What the first runner that is recognised says went wrong; None when none is, or when it
    reports nothing. Paths below ``root`` are made relative to it."""
    text = ESCAPES.sub("", output).replace("\r", "")
    if root:
        text = text.replace(f"file://{root}/", "").replace(f"{root}/", "")
    short = "\n".join(line[:LONGEST_LINE] for line in text.split("\n"))
    for reader in READERS:
        reading = reader(short)
        if reading is not None and (reading.failed or reading.broken):
            return reading
    return None
