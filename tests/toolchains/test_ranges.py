"""What the ranges that connectors really write mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectory.toolchains import ranges

RELEASES = (
    "16.20.2",
    "18.20.8",
    "20.20.2",
    "21.7.3",
    "22.23.3",
    "24.21.0",
    "25.9.0",
    "27.0.0-rc.1",
)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (">=18", "24.21.0"),
        (">= 18", "24.21.0"),
        (">=18 <21", "20.20.2"),
        (">=18, <21", "20.20.2"),
        ("^22 || ^24", "24.21.0"),
        ("^18.12.0 || >= 20", "24.21.0"),
        ("16 - 18", "18.20.8"),
        ("20.x", "20.20.2"),
        ("v20", "20.20.2"),
        (">=v18.0.0 <= v20", "20.20.2"),
        ("~21.7", "21.7.3"),
        ("25", "25.9.0"),
        ("lts/*", "24.21.0"),
        ("lts/iron", "20.20.2"),
        ("*", "24.21.0"),
        ("", "24.21.0"),
        (None, "22.23.3"),
        ("99", None),
        (">26", None),
        ("<16", None),
    ],
)
def test_the_newest_lasting_release_in_the_range(wanted: str | None, chosen: str | None) -> None:
    assert ranges.node(wanted or (None if wanted is None else "*"), RELEASES) == chosen


@pytest.mark.parametrize("wanted", ["newest please", "$(id)", ">=", "a" * 300, "lts/unheard-of"])
def test_what_is_no_range_is_said_to_be_none(wanted: str) -> None:
    with pytest.raises(ranges.NotARange):
        ranges.parsed(wanted)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(wanted: str) -> None:
    try:
        ranges.node(wanted, RELEASES)
    except ranges.NotARange:
        return


@pytest.mark.parametrize(
    ("wanted", "version", "fits"),
    [
        (None, "20.20.2", True),
        (None, "18.20.8", False),
        (None, "23.1.0", False),
        (None, "unknown", False),
        (">=18", "23.1.0", True),
        ("18.x", "20.20.2", False),
    ],
)
def test_the_machines_own_node_is_taken_when_it_fits(
    wanted: str | None, version: str, fits: bool
) -> None:
    assert ranges.machine_fits(wanted, version) is fits


def test_a_message_names_one_release_of_each_major() -> None:
    assert ranges.shown(("20.1.0", "20.2.0", "18.0.0", "21.0.0-rc.1")) == ("20.2.0", "18.0.0")


def test_exactly_one_version_is_recognized() -> None:
    assert ranges.exact("v1.22.22") == "1.22.22"
    assert ranges.exact("^1.22.22") is None


def test_what_the_library_stumbles_over_is_no_range() -> None:
    with pytest.raises(ranges.NotARange):
        ranges.parsed("1 - 3 x")
