"""Failing tests by name, from what each runner really prints."""

import time
from pathlib import Path

import pytest

from connectory.durable import Rejected
from connectory.publishing.tools.suites import Failed, read
from connectory.publishing.tools.suites.model import Reading
from connectory.publishing.tools.suites.verdict import failed
from connectory.publishing.tools.transcript import CUT, HEAD, TAIL, Transcript

RECORDED = Path(__file__).parent / "recorded" / "suites"
UNDEFINED = "TypeError: Cannot read properties of undefined (reading 'id')"


def reading(name: str) -> Reading:
    found = read((RECORDED / f"{name}.txt").read_text(), "/workspace/service")
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["jest", "jest-verbose"])
def test_jest(name: str) -> None:
    found = reading(name)
    assert (found.runner, found.total) == ("jest", 15)
    assert found.failed == (
        Failed("cart › adds a customer", "expected 1, got 2", "tests/cart.spec.js", 2),  # noqa: RUF001
        Failed('cart › greets › the "customer"', UNDEFINED, "tests/cart.spec.js", 4),  # noqa: RUF001
        Failed("at the top", "expected 2, got 1", "tests/cart.spec.js", 7),
        Failed("slow", "Exceeded timeout of 200 ms for a test.", "tests/cart.spec.js", 8),
    )
    assert {one.path: one.message for one in found.broken} == {
        "tests/broken.spec.js": "Cannot find module '../src/absent' from 'tests/broken.spec.js'",
        "tests/syntax.spec.js": "SyntaxError: Cannot use import statement outside a module",
    }


def test_vitest() -> None:
    found = reading("vitest")
    assert (found.runner, found.total) == ("vitest", 10)
    assert found.failed == (
        Failed("cart > adds a customer", "expected 2 to be 1", "tests/cart.test.js", 3),
        Failed('cart > greets > the "customer"', UNDEFINED, "tests/cart.test.js", 5),
        Failed("at the top", "expected 2, got 1", "tests/cart.test.js", 7),
        Failed("slow", "Error: Test timed out in 200ms.", "tests/cart.test.js", 8),
    )
    (broken,) = found.broken
    assert broken.path == "tests/broken.test.js"
    assert "Cannot find module '../src/absent'" in broken.message


@pytest.mark.parametrize("name", ["mocha", "mocha-dot"])
def test_mocha(name: str) -> None:
    found = reading(name)
    assert (found.runner, found.total) == ("mocha", 7)
    assert [(one.name, one.path, one.line) for one in found.failed] == [
        ("cart › adds a customer", "test/cart.js", 3),  # noqa: RUF001
        ('cart › greets the "customer"', "test/cart.js", 5),  # noqa: RUF001
        ("cart › inner › deep", "test/cart.js", 6),  # noqa: RUF001
        ("cart › inner › slow", None, None),  # noqa: RUF001
        ('cart › hooks › "before all" hook for "never"', "test/cart.js", 9),  # noqa: RUF001
    ]
    assert found.failed[0].message == "expected 1, got 2"
    assert found.failed[2].message == "expected { a: 1 } to deeply equal { a: 2 }"


@pytest.mark.parametrize("name", ["nodetest-spec", "nodetest-tap"])
def test_node(name: str) -> None:
    found = reading(name)
    assert found.total == 12
    assert [(one.name, one.line) for one in found.failed] == [
        ("adds a customer", 3),
        ('greets # the "customer"', 5),
        ("deep", 6),
        ("at the top", 8),
        ("slow", 9),
    ]
    messages = [one.message for one in found.failed]
    assert messages[0] == "expected 1, got 2"
    assert messages[3:] == ["no good", "test timed out after 200ms"]
    assert found.broken == (
        Failed("test/broken.test.js", "Error: Cannot find module '../src/absent'",
               "test/broken.test.js"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "total", "names"),
    [
        ("mocha-tap", 6, ["cart adds a customer", 'cart greets the "customer"', "cart inner deep",
                          "cart inner slow", 'cart hooks "before all" hook for "never"']),
        ("ava", 3, ["adds a customer", "throws"]),
        ("ava-tap", 3, ["adds a customer", "throws"]),
        ("jasmine", 3, ["cart throws", "cart adds a customer"]),
    ],
)  # fmt: skip
def test_others(name: str, total: int, names: list[str]) -> None:
    found = reading(name)
    assert found.total == total
    assert [one.name for one in found.failed] == names


@pytest.mark.parametrize("text", ["", "2 of 3 failed", "PASS a.js\nTests: 3 passed, 3 total", "\0"])
def test_what_no_runner_said_names_nothing(text: str) -> None:
    assert read(text) is None


def test_the_first_line_counts_and_names() -> None:
    two = Reading("jest", (Failed("adds a customer", "expected 1, got 2"), Failed("b", "")), (), 14)
    suite = failed("processor", two, Rejected("x", "the end"))
    assert suite.message.split("\n")[0] == (
        '2 of 14 tests of processor failed: "adds a customer" (expected 1, got 2)'
    )
    assert suite.message.endswith("the end")
    assert [one.what for one in suite.findings] == [
        'The test "adds a customer" fails: expected 1, got 2',
        'The test "b" fails',
    ]
    assert {one.rule for one in suite.findings} == {"tests/failed"}


def test_a_file_of_which_nothing_ran_is_no_failing_test() -> None:
    broken = Failed("a.test.js", "Cannot find module 'x'", "a.test.js", 3)
    suite = failed("processor", Reading("node", (), (broken,)), Rejected("x"))
    assert suite.message.startswith(
        "The tests of processor could not be run: a.test.js:3: Cannot find module 'x'"
    )
    (found,) = suite.findings
    assert (found.rule, found.path, found.line) == ("tests/crashed", "processor/a.test.js", 3)


def test_a_place_outside_of_the_application_is_none() -> None:
    odd = tuple(Failed(str(n), "", path, 1) for n, path in enumerate(("/etc/a.js", "../b.js")))
    suite = failed("processor", Reading("jest", odd), Rejected("x"))
    assert {one.path for one in suite.findings} == {None}


def test_many_failures_are_counted() -> None:
    many = tuple(Failed(f"test {n}", "") for n in range(500))
    found = failed("processor", Reading("jest", many, (), 500), Rejected("x")).findings
    assert len(found) == 51
    assert found[-1].what == "450 more tests fail."


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 2_000_000,
        " " * 2_000_000,
        ("FAIL " + "a/" * 190 + "\n") * 5000,
        ("at " + "a" * 390 + "\n") * 5000,
        "\n  1 failing\n" + ("  1) " + "x " * 190 + "x\n") * 5000,
        "FAIL x.js\n  ● a\n" + ("Expected: " + " " * 380 + "\n") * 5000,
        "Tests: 3 total\n" + ("FAIL" + " " * 396 + "\n") * 5000,
        " Test Files  3\n" + " FAIL  a.ts > b\n" * 60_000,
        "TAP version 13\n" + ("not ok 1 - x\n  error: |\n   " + "a !" * 120 + "\n") * 2500,
        "✖ failing tests:\n" + "test at a.js:1:1\n✖ a (1ms)\n" * 40_000,
    ],
    ids=range(10),
)
def test_hostile_output_is_read_quickly(text: str) -> None:
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 15


def test_a_transcript_keeps_the_beginning_and_the_end() -> None:
    heard = Transcript()
    for number in range(300_000):
        heard.add(f"line {number}")
    text = heard.text()
    assert text.startswith("line 0\n")
    assert text.endswith("line 299999")
    assert f"\n{CUT}\n" in text
    assert len(text) <= HEAD + TAIL + 100
