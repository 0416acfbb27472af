"""Real test runners from the real registry, run as a publish runs them."""

import pytest
from tests.publishing.conftest import Line, connect_yaml, message, package_json
from tests.publishing.found import products

from connectory.findings import Finding

pytestmark = [pytest.mark.registry, pytest.mark.timeout(300)]
GLOBALS = """\
describe('cart', () => {
  {it}('adds a customer', () => { {expect}; });
  {it}('removes a customer', () => {});
});
"""
JEST = GLOBALS.replace("{it}", "it").replace("{expect}", "expect(2).toBe(1)")
ASSERT = "const assert = require('node:assert');\n"
EQUAL = "assert.strictEqual(2, 1)"
CASES = {
    "jest": ("jest", {"jest": "29.7.0"}, "tests/cart.test.js", JEST),
    "vitest": (
        "vitest run", {"vitest": "3.2.4"}, "tests/cart.test.js",
        "import { describe, expect, it } from 'vitest';\n" + JEST),
    "mocha": (
        "mocha tests", {"mocha": "11.7.1"}, "tests/cart.test.js",
        ASSERT + GLOBALS.replace("{it}", "it").replace("{expect}", EQUAL)),
    "node": (
        "node --test", {}, "tests/cart.test.js",
        ASSERT + "const { describe, it } = require('node:test');\n"
        + GLOBALS.replace("{it}", "it").replace("{expect}", EQUAL)),
    "node, spec": (
        "node --test --test-reporter=spec", {}, "tests/cart.test.js",
        ASSERT + "const { describe, it } = require('node:test');\n"
        + GLOBALS.replace("{it}", "it").replace("{expect}", EQUAL)),
}  # fmt: skip
SERVER = "require('http').createServer((q, s) => s.end('ok')).listen(process.env.PORT);\n"


def connector(script: str, packages: dict[str, str], path: str, text: str) -> dict[str, str]:
    return {
        "connect.yaml": connect_yaml("service"),
        "service/package.json": package_json(
            scripts={"start": "node index.js", "test": script}, devDependencies=packages
        ),
        "service/index.js": SERVER,
        f"service/{path}": text,
    }


async def of_tests(line: Line) -> list[Finding]:
    (product,) = await products(line)
    return [one for one in product.findings if one.rule.startswith("tests/")]


@pytest.mark.parametrize("runner", sorted(CASES))
async def test_a_failing_test_is_named(line: Line, runner: str) -> None:
    script, packages, path, text = CASES[runner]
    staged = await line.published(connector(script, packages, path, text))
    said = message(staged.publishing_report, "Tests of application service failed").split("\n")[0]
    assert said.startswith("1 of 2 tests of service failed: ")
    assert "adds a customer" in said
    (found,) = await of_tests(line)
    assert (found.rule, found.path) == ("tests/failed", f"service/{path}")
    at = next(n for n, each in enumerate(text.split("\n"), 1) if "adds a customer" in each)
    assert found.line == at
    assert "2" in found.what
    assert "1" in found.what
