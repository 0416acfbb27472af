"""Which files of an application are part of what runs, by their paths."""

import re
from pathlib import PurePosixPath

from connectory.publishing.checks.code import is_source, is_test

CODE = frozenset({".ts", ".mts", ".cts", ".tsx", ".js", ".jsx", ".mjs", ".cjs"})
TEXT = CODE | {".json", ".yaml", ".yml", ".html", ".vue", ".svelte", ".sh", ".graphql", ".ejs",
               ".hbs", ".toml", ""}  # fmt: skip
ASIDE = frozenset(
    {"dev-utils", "docs", "doc", "examples", "example", "benchmarks", "bench", ".storybook"}
    | {"scripts", "tools", "dev", "postman", ".github", ".vscode", "node_modules"}
)
TOOLS = re.compile(
    r"(^|[./-])(jest|vitest|vite|eslint|prettier|babel|webpack|rollup|playwright|cypress|karma"
    r"|tailwind|postcss|tsup|nodemon|commitlint|lint-staged|stryker|knexfile)([.-][\w.-]+)?\.[cm]?[jt]s$"
)
LOCKS = frozenset({"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"})


def is_code(folder: str, path: str, scripts: str = "") -> bool:
    """Whether this is a source file that runs with the application in ``folder``. Folders for
    developers count when ``scripts``, the text of the scripts that the platform runs, name them."""
    return (
        PurePosixPath(path).suffix in CODE and is_source(path) and not _aside(folder, path, scripts)
    )


def is_text(path: str) -> bool:
    """Whether this may name something that the application uses: code, settings and pages."""
    name = PurePosixPath(path)
    if name.suffix not in TEXT or name.name in LOCKS or name.name.startswith(".env"):
        return False
    return not is_test(path) and "node_modules" not in name.parts


def _aside(folder: str, path: str, scripts: str) -> bool:
    rest = path.removeprefix(f"{folder}/")
    top = rest.split("/")[0]
    aside = "/" in rest and top in ASIDE and f"{top}/" not in scripts
    return aside or is_test(path) or TOOLS.search(rest) is not None
