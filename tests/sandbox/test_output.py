"""Bytes of strangers as lines anyone may read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectory.sandbox.output import CUT, LONGEST_LINE, TAIL, Lines, Tail, printable


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07shown", "shown"),
        (b"a\x00b\x07c\rd\te", "abcd\te"),
        ("caf\u00e9 \u202egnp".encode(), "caf\u00e9 gnp"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_what_a_terminal_would_obey_is_gone(raw: bytes, text: str) -> None:
    assert printable(raw) == text


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_however_it_arrives_the_lines_are_the_same(chunks: list[bytes]) -> None:
    assert split(chunks) == split([b"".join(chunks)])


@given(st.binary(max_size=300))
def test_no_control_character_gets_through(raw: bytes) -> None:
    text = printable(raw.replace(b"\n", b""))
    assert all(char == "\t" or char.isprintable() or ord(char) > 0x9F for char in text)


def test_a_line_without_end_is_cut() -> None:
    whole = b"y" * LONGEST_LINE
    lines = split([b"x" * (3 * LONGEST_LINE + 5), b"x\n", whole + b"\n", whole, b"\nz"])
    assert lines == ["x" * LONGEST_LINE + CUT, "y" * LONGEST_LINE, "y" * LONGEST_LINE, "z"]


@pytest.mark.parametrize("at", range(4))
def test_a_line_is_not_cut_in_the_middle_of_a_character(at: int) -> None:
    (line,) = split([b"x" * (LONGEST_LINE - at) + "\U0001f642\U0001f642".encode()])
    assert line == "x" * (LONGEST_LINE - at) + CUT
    (odd,) = split([b"\x80" * (LONGEST_LINE + 9)])
    assert odd.endswith(CUT)


def test_the_tail_keeps_the_end() -> None:
    tail = Tail()
    for number in range(100_000):
        tail.add(f"line {number}")
    assert len(tail.text().encode()) <= TAIL
    assert tail.text().endswith("line 99998\nline 99999")


def split(chunks: list[bytes]) -> list[str]:
    found: list[str] = []
    lines = Lines(found.append)
    for chunk in chunks:
        lines.feed(chunk)
    lines.close()
    return found
