"""A set of real advisories, written as OSV records from public facts."""

from pathlib import Path

import pytest

from connectory.advisories import Advisories, update

RECORDS = Path(__file__).parent / "data"


@pytest.fixture
def records() -> Path:
    return RECORDS


@pytest.fixture
async def advisories(tmp_path: Path) -> Advisories:
    await update(tmp_path / "advisories", str(RECORDS))
    return Advisories(tmp_path / "advisories")
