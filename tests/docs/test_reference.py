"""The reference pages say what the code says."""

from pathlib import Path

import msgspec
import pytest

from connectory.errors import ConnectError
from connectory.reference import PAGES, errors_page, settings_page
from connectory.settings import Settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_up_to_date(name: str) -> None:
    committed = (REFERENCE / name).read_text(encoding="utf-8")
    assert committed == PAGES[name](), f"{name} is out of date: make docs"


def test_every_setting_has_a_meaning() -> None:
    rows = [line for line in settings_page().splitlines() if "<br>`CONNECTORY_" in line]
    assert len(rows) == len(msgspec.structs.fields(Settings))
    assert all(row.split("|")[4].strip() for row in rows)


def test_every_error_that_a_client_can_be_told_is_listed() -> None:
    page = errors_page()
    told = [kind for kind in _below(ConnectError) if not kind.__subclasses__()]
    assert [kind.__name__ for kind in told if f"`{kind.code}`" not in page] == []


def test_messages_name_their_values_in_braces() -> None:
    page = errors_page()
    assert "Connector '{identifier}' with version {version} not found" in page
    assert "id={id} or key={key}" in page


def _below(kind: type[ConnectError]) -> list[type[ConnectError]]:
    """Our own: a test may declare further ones."""
    own = [one for one in kind.__subclasses__() if one.__module__.startswith("connectory.")]
    return [each for one in own for each in (one, *_below(one))]
