"""A file may be hostile: any bytes give a specification or a list of problems, in bounded time."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectory.specification import check
from connectory.specification.scanning import MAX_BYTES

CORPUS = Path(__file__).parent / "corpus"
SMALL = [
    path.read_bytes() for path in sorted(CORPUS.glob("*/*.yaml")) if path.stat().st_size < 2_000
]
GENEROUS = 20.0  # seconds; a few milliseconds are usual
PIECES = [
    b"\t", b" ", b"\n", b"- ", b": ", b"? ", b"#", b"'", b'"', b"{", b"}", b"[", b"]", b",",
    b"&a ", b"*a", b"!!str ", b"!x ", b"!", b"!<x>", b"|\n", b">-\n", b"|2\n", b"---\n", b"...\n",
    b"%YAML 1.1\n", b"%TAG ! x\n", b"~", b"true", b"0x1F", b".nan", b"-.inf", b"1e999", b"\\",
    b"\\u", b"\\ud800", b"\0", b"\r", b"\xff", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8",
    b"deployAs", b"inheritAs", b"name", b"configuration", b"standardConfiguration", b"key",
    b"<<", b"=", b"__proto__", b"12:30",
]  # fmt: skip
RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _answers_in_time(content: bytes | str) -> None:
    started = time.process_time()
    for problem in check(content):
        assert str(problem)
    assert time.process_time() - started < GENEROUS


@RELAXED
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    _answers_in_time(content)


@RELAXED
@given(st.text(st.characters(), max_size=300))
def test_any_text(content: str) -> None:
    _answers_in_time(content)


@RELAXED
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_pieces_of_yaml(pieces: list[bytes]) -> None:
    _answers_in_time(b"".join(pieces))


@RELAXED
@given(st.data())
def test_any_damage_to_a_real_file(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(SMALL))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        removed = data.draw(st.integers(0, 4))
        piece = data.draw(st.sampled_from(PIECES))
        content = content[:start] + piece + content[start + removed :]
    _answers_in_time(content)


def _filled(unit: str, head: str = "", tail: str = "", size: int = 400_000) -> str:
    return head + unit * (size // len(unit)) + tail


JOB = "deployAs: [{name: xx, applicationType: job, endpoint: /a, properties: {schedule: '"
SERVICE = "deployAs:\n- name: xx\n  applicationType: service\n  endpoint: "


@pytest.mark.parametrize(
    "content",
    [
        _filled("["), _filled("{a: "), _filled("- "), _filled("-\t"), _filled("? "), _filled("!"),
        _filled("- a\n"), _filled("\n"), _filled("#\n"), _filled("a\n"), _filled("a\t"),
        _filled("'"), _filled("a,", "[", "]"), _filled("%a\n"), _filled("---\n"), _filled("a: 1\n"),
        _filled("\r"), _filled("\0"), _filled("b\n c", "a: "), _filled("\\n", '"', '"'),
        _filled("a\n ", "a: |\n "), _filled("1,", JOB, "'}}]"), _filled("@every 1", JOB, "'}}]"),
        _filled("a", SERVICE, "!\n"),
        "\n".join(f"k{number}: 1" for number in range(30_000)),
        "\n".join(" " * depth + "a:" for depth in range(800)),
        "a: &a " + "x" * 300_000 + "\ndeployAs:\n" + "- *a\n" * 90,
    ],
    ids=range(27),
)  # fmt: skip
def test_shapes_that_make_parsers_slow(content: str) -> None:
    _answers_in_time(content)


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    started = time.process_time()
    (problem,) = check(b"a" * (MAX_BYTES + 1))
    assert problem.message == f"The file is larger than {MAX_BYTES} bytes"
    assert time.process_time() - started < 5


def test_aliases_that_multiply_are_refused_at_once() -> None:
    levels = [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 9)]
    (problem,) = check("x0: &x0 [a]\n" + "\n".join(levels) + "\ndeployAs: *x8\n")
    assert problem.message == "Excessive alias count indicates a resource exhaustion attack"


def _aliased(times: int) -> str:
    entry = "- {name: svc%d, applicationType: service, endpoint: /a, configuration: %s}\n"
    first = entry % (0, "&c {securedConfiguration: [{key: AB, description: d}]}")
    return "deployAs:\n" + first + "".join(entry % (n, "*c") for n in range(1, times + 1))


def test_as_many_aliases_as_the_official_parser_allows() -> None:
    assert check(_aliased(99)) == ()
    assert len(check(_aliased(100))) == 1


def test_large_values_behind_aliases_are_bounded_together() -> None:
    wide = "{" + ", ".join(f"k{n}: 1" for n in range(1_000)) + "}"
    (problem,) = check(f"deployAs:\n- &a {wide}\n" + "- *a\n" * 90)
    assert "more than 100000 values" in problem.message


def test_a_value_inside_itself() -> None:
    (problem,) = check("deployAs: &a\n  - *a\n")
    assert str(problem) == "[deployAs.0]: Expected object, received array"
    assert check("&a {deployAs: *a}")
    assert check("deployAs: [&a {*a : *a}]")
