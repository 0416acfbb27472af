"""The page about parity names only tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "parity.md"


def named() -> list[tuple[str, str]]:
    return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE.read_text(encoding="utf-8"))


def test_every_named_test_exists() -> None:
    missing = [
        f"{file}::{test}"
        for file, test in named()
        if not re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_every_row_names_its_test() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    headers = ("| what", "| platform", "| question")
    untested = [row for row in rows if "`tests/" not in row and not row.startswith(headers)]
    assert len(rows) > 30
    assert untested == []
