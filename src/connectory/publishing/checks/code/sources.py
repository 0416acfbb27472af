"""Which files of a commit are code that people wrote, and which of it are tests."""

import re
from pathlib import PurePosixPath

LARGEST = 1024 * 1024
LONGEST_LINE = 5_000
"""Characters. Nobody writes or reviews longer lines: the file came out of a tool."""

GRAMMARS = {
    **dict.fromkeys((".ts", ".mts", ".cts"), "ts"),
    # with JSX this grammar reads all that JavaScript has
    **dict.fromkeys((".tsx", ".js", ".jsx", ".mjs", ".cjs"), "tsx"),
    ".py": "py",
    ".java": "java",
}
"""What a file is called to be read by the right grammar, by how it is called."""

FOREIGN = frozenset(
    {"node_modules", "bower_components", "dist", "build", "out", "target", "coverage", "vendor"}
    | {"venv", "site-packages", "__pycache__", "generated", "__generated__"}
)
_TEST = re.compile(
    r"(^|/)(__tests__|__mocks__|__fixtures__|tests?|e2e|spec|fixtures|cypress|playwright|mocks?)/"
    r"|[.\-_](spec|test|tests|e2e|mock|stories|cy)\.[cm]?[jt]sx?$"
    r"|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$"
    r"|(^|/)src/test/|Tests?\.java$"
)


def grammar(path: str) -> str | None:
    """The suffix by which the engine reads this file; None when no grammar of ours does."""
    return GRAMMARS.get(PurePosixPath(path).suffix.lower())


def is_source(path: str) -> bool:
    """Whether this is code, by its path, and not a tool's output or somebody else's package."""
    *folders, name = path.split("/")
    if grammar(name) is None or name.endswith((".d.ts", ".d.mts", ".d.cts")) or ".min." in name:
        return False
    return not any(each in FOREIGN or each.startswith(".") for each in folders)


def is_test(path: str) -> bool:
    """Whether this is a test, or there for tests only."""
    return _TEST.search(path) is not None


def is_written_by_hand(data: bytes) -> bool:
    """Whether it has only lines that a person could have written."""
    return b"\0" not in data and max(map(len, data.splitlines()), default=0) <= LONGEST_LINE
