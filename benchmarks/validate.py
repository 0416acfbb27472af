"""Static checks against ESLint with eslint-plugin-sonarjs plus semgrep, interleaved.

Measured: all checks of a commit's files, from the files to the findings, with nothing known of
them (cold), again unchanged, and again with one source file changed; and, for the comparator, both
programs over the same source files, semgrep with the rules that njsscan ships. Engines are
installed and their own caches warm on both sides; ours start theirs in the sandbox.

Bounds: cold at most 1/3 of the comparator; unchanged at most 150 ms; one file changed at most 1 s.

``python -m benchmarks.validate URL TAG`` with the mirrors of CONNECTORY_GIT_MIRRORS; without
arguments the public Stripe connector (16,500 lines).
"""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from connectory.findings import Examination
from connectory.publishing import Publishing
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.candidate import Candidate
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.registry import checks
from connectory.publishing.checks.running import examine
from connectory.publishing.steps.examine import candidate
from connectory.publishing.steps.specification import plan, specify
from connectory.repositories.snapshot import TAG as WORKING_TREE
from connectory.repositories.snapshot import snapshot
from connectory.settings import load
from connectory.telemetry import configure_logging
from connectory.workshop import validating

ROUNDS = 3
COLD_BOUND, UNCHANGED_BOUND, CHANGED_BOUND = 1 / 3, 0.150, 1.0
URL, TAG = "https://github.com/stripe/stripe-commercetools-checkout-app", "v1.4.9"
SOURCES = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs")
ESLINT = ("eslint@9", "eslint-plugin-sonarjs@3", "typescript@5", "typescript-eslint@8")
SEMGREP = ("semgrep==1.172.0", "njsscan==1.0.2")
CONFIGURATION = """
import sonarjs from 'eslint-plugin-sonarjs';
import tseslint from 'typescript-eslint';
export default [
  { files: ['**/*.{ts,tsx,js,jsx,mjs,cjs}'], languageOptions: { parser: tseslint.parser } },
  sonarjs.configs.recommended,
];
"""


class Round(NamedTuple):
    cold: float
    unchanged: float
    changed: float
    eslint: float
    semgrep: float


async def main(url: str, tag: str) -> None:
    configure_logging("error")
    with tempfile.TemporaryDirectory(prefix="connectory-validate-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        settings = load(os.environ, data=str(folder / "data"), git_allow_local=True)
        async with validating(settings) as publishing:
            tree = folder / "tree"
            revision = await publishing.repositories.fetch(url, tag)
            await publishing.repositories.export(revision, tree)
            sources = folder / "comparator" / "sources"
            lines = lay_out_sources(tree, sources)
            print(f"{url} {tag}: {lines} lines of source")
            install(sources.parent)
            await examined(publishing, await prepared(publishing, tree, folder), folder / "warm")
            rounds = [
                await measured(publishing, tree, folder, sources, number)
                for number in range(ROUNDS)
            ]
    report(rounds)


def lay_out_sources(tree: Path, target: Path) -> int:
    """The same source files for the comparator; how many lines they have."""
    lines = 0
    for path in sorted(tree.rglob("*")):
        if path.suffix in SOURCES and path.is_file() and "node_modules" not in path.parts:
            copy = target / path.relative_to(tree)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
            lines += path.read_bytes().count(b"\n")
    return lines


def install(folder: Path) -> None:
    (folder / "package.json").write_text('{"private": true}')
    (folder / "eslint.config.mjs").write_text(CONFIGURATION)
    quiet = ("--no-audit", "--no-fund", "--silent", "--legacy-peer-deps")
    subprocess.run(["npm", "install", *quiet, *ESLINT], cwd=folder, check=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    pip = folder / "venv" / "bin" / "pip"
    subprocess.run([pip, "install", "-q", *SEMGREP], check=True, stderr=subprocess.DEVNULL)


async def prepared(publishing: Publishing, tree: Path, folder: Path) -> Candidate:
    repository = await asyncio.to_thread(snapshot, tree, folder / "snapshots")
    revision = await publishing.repositories.fetch(str(repository), WORKING_TREE)
    specification = await specify(publishing.repositories, revision)
    return await candidate(publishing, plan(revision, specification), tree)


async def examined(
    publishing: Publishing, found: Candidate, cache: Path
) -> tuple[float, list[Examination]]:
    bench = Bench(publishing.sandbox, CheckCache(cache), publishing.settings)
    began = time.monotonic()
    examinations = await examine(found, bench, checks())
    return time.monotonic() - began, examinations


async def measured(
    publishing: Publishing, tree: Path, folder: Path, sources: Path, number: int
) -> Round:
    cache = folder / f"cache-{number}"
    found = await prepared(publishing, tree, folder)
    cold, first = await examined(publishing, found, cache)
    unchanged, again = await examined(publishing, found, cache)
    assert again == first, "the same files, the same findings"
    one = next(path for path in sorted(sources.rglob("*.ts")) if path.stat().st_size > 2000)
    changing = tree / one.relative_to(sources)
    changing.write_text(f"{changing.read_text()}\n// changed {number}\n")
    changed, _ = await examined(publishing, await prepared(publishing, tree, folder), cache)
    return Round(cold, unchanged, changed, *await by_others(sources))


async def by_others(sources: Path) -> tuple[float, float]:
    folder = sources.parent
    eslint = ("npx", "eslint", "--no-error-on-unmatched-pattern", "-f", "json", "sources")
    rules = next((folder / "venv").rglob("njsscan/rules/semantic_grep"))
    semgrep = (str(folder / "venv/bin/semgrep"), "--config", str(rules), "--metrics=off",
               "--disable-version-check", "--json", "-q", "sources")  # fmt: skip
    return timed(folder, eslint), timed(folder, semgrep)


def timed(folder: Path, argv: tuple[str, ...]) -> float:
    began = time.monotonic()
    done = subprocess.run(argv, cwd=folder, capture_output=True, check=False)
    json.loads(done.stdout)  # it ran to its end
    return time.monotonic() - began


def report(rounds: list[Round]) -> None:
    for one in rounds:
        print("  ".join(f"{name} {seconds:.3f} s" for name, seconds in one._asdict().items()))
    ratio = statistics.median(one.cold / (one.eslint + one.semgrep) for one in rounds)
    unchanged = statistics.median(one.unchanged for one in rounds)
    changed = statistics.median(one.changed for one in rounds)
    verdict(f"cold {ratio:.3f} of ESLint and semgrep", ratio, COLD_BOUND)
    verdict(f"unchanged {unchanged * 1000:.0f} ms", unchanged, UNCHANGED_BOUND)
    verdict(f"one file changed {changed * 1000:.0f} ms", changed, CHANGED_BOUND)


def verdict(what: str, value: float, bound: float) -> None:
    print(f"{'ok  ' if value <= bound else 'MISS'} {what} (bound {bound:.3f})")


if __name__ == "__main__":
    asyncio.run(main(*(sys.argv[1:3] or (URL, TAG))))
