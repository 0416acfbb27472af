"""Publishing against the same work by hand, interleaved.

Measured: from the publish request to ``Published``, everything cold but Node and npm; and, for the
comparator, ``git clone``, ``npm ci``, ``npm test`` and ``npm run build`` with the same Node and npm
and an empty npm cache. Then the same commit is published once more, unchanged.

Bounds: cold at most 1.15 times by hand; unchanged at most 1/20 of the cold time and under 1 s.

Without arguments a typical TypeScript service is published (express, TypeScript, Jest). Another
connector of one npm application: ``python -m benchmarks.publish URL TAG FOLDER``, with the mirrors
of CONNECTORY_GIT_MIRRORS.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.support import drafted, platform, published, toolchain_directory
from connectory.telemetry import configure_logging
from connectory.toolchains import Toolchains

ROUNDS = 3
COLD_BOUND, UNCHANGED_BOUND = 1.15, 1 / 20

PACKAGE = {
    "name": "service",
    "version": "1.0.0",
    "private": True,
    "engines": {"node": ">=20"},
    "scripts": {"build": "tsc", "start": "node build/index.js", "test": "jest"},
    "dependencies": {"express": "4.21.2", "dotenv": "16.4.7"},
    "devDependencies": {
        "@types/express": "5.0.0",
        "@types/jest": "29.5.14",
        "@types/node": "20.17.10",
        "jest": "29.7.0",
        "ts-jest": "29.2.5",
        "typescript": "5.7.2",
    },
    "jest": {"preset": "ts-jest", "roots": ["<rootDir>/src"]},
}
COMPILER = {
    "compilerOptions": {
        "outDir": "build",
        "target": "es2022",
        "module": "commonjs",
        "esModuleInterop": True,
        "strict": True,
        "skipLibCheck": True,
    },
    "include": ["src"],
}
SOURCES = {
    "src/sum.ts": "export const sum = (a: number, b: number): number => a + b;\n",
    "src/sum.test.ts": "import { sum } from './sum';\n"
    "test('adds', () => { expect(sum(1, 2)).toBe(3); });\n",
    "src/index.ts": "import express from 'express';\nimport { sum } from './sum';\n"
    "express().all('/service', (_q, r) => { r.json({ sum: sum(1, 2) }); }).listen(8080);\n",
}
SPECIFICATION = (
    "deployAs:\n  - name: service\n    applicationType: service\n    endpoint: /service\n"
)


class Subject(NamedTuple):
    url: str
    tag: str
    folder: str


class Round(NamedTuple):
    by_hand: float
    cold: float
    unchanged: float


class Tools(NamedTuple):
    node: Path
    npm: Path


async def main() -> None:
    configure_logging("error")
    tools = await _tools()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o711)
        subject = Subject(*sys.argv[1:4]) if sys.argv[1:] else typical(directory, tools)
        rounds = [await measure(directory / str(n), subject, tools) for n in range(ROUNDS)]
    report(rounds)


async def measure(directory: Path, subject: Subject, tools: Tools) -> Round:
    directory.mkdir()
    directory.chmod(0o711)
    by_hand = work_by_hand(directory, subject, tools)
    environment = {k: v for k, v in os.environ.items() if k == "CONNECTORY_GIT_MIRRORS"}
    async with platform(directory, environment) as client:
        staged = await drafted(client, subject.url, subject.tag)
        began = time.perf_counter()
        staged = await published(client, staged)
        cold = time.perf_counter() - began
        began = time.perf_counter()
        await published(client, staged)
        unchanged = time.perf_counter() - began
    print(f"by hand {by_hand:6.2f} s   cold {cold:6.2f} s   unchanged {unchanged:6.3f} s")
    return Round(by_hand, cold, unchanged)


def work_by_hand(directory: Path, subject: Subject, tools: Tools) -> float:
    clone = directory / "by-hand"
    folder = clone / subject.folder
    scripts = json.loads(_read(subject, "package.json"))["scripts"]
    began = time.perf_counter()
    source = _place(subject.url)
    _run(("git", "clone", "--quiet", "--depth", "1", "--branch", subject.tag, source, clone))
    _npm(folder, tools, directory, "ci", "--no-audit", "--no-fund")
    if "test" in scripts:
        _npm(folder, tools, directory, "test", check=False)
    for script in ("gcp-build", "build"):
        if script in scripts:
            _npm(folder, tools, directory, "run", script)
            break
    return time.perf_counter() - began


def typical(directory: Path, tools: Tools) -> Subject:
    """A TypeScript service such as the official templates make."""
    repository = directory / "repository"
    service = repository / "service"
    for name, text in SOURCES.items():
        (service / name).parent.mkdir(parents=True, exist_ok=True)
        (service / name).write_text(text)
    (service / "package.json").write_text(json.dumps(PACKAGE, indent=2))
    (service / "tsconfig.json").write_text(json.dumps(COMPILER, indent=2))
    (repository / "connect.yaml").write_text(SPECIFICATION)
    _npm(service, tools, directory, "install", "--package-lock-only", "--no-audit", "--no-fund")
    who = ("-c", "user.name=Bench", "-c", "user.email=bench@connectory.example")
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        (*who, "commit", "--quiet", "--message", "A typical service"),
        (*who, "tag", "1.0.0"),
    ):
        _run(("git", "-C", repository, *arguments))
    return Subject(str(repository), "1.0.0", "service")


def report(rounds: list[Round]) -> None:
    by_hand, cold, unchanged = (statistics.median(c) for c in zip(*rounds, strict=True))
    ratio = statistics.median(one.cold / one.by_hand for one in rounds)
    again = statistics.median(one.unchanged / one.cold for one in rounds)
    print(f"by hand    {by_hand:7.2f} s   (median of {ROUNDS})")
    held = _held(ratio <= COLD_BOUND)
    print(f"cold       {cold:7.2f} s   {ratio:.3f} of by hand (bound {COLD_BOUND}) {held}")
    fast = again <= UNCHANGED_BOUND and unchanged < 1
    print(
        f"unchanged  {unchanged:7.3f} s   1/{1 / again:.0f} of cold (bound 1/20, 1 s) {_held(fast)}"
    )


def _held(held: bool) -> str:
    return "held" if held else "MISSED"


async def _tools() -> Tools:
    toolchains = Toolchains(toolchain_directory())
    node = await toolchains.node(">=20")
    return Tools(node.binary, (await toolchains.npm(node)).entry)


def _npm(folder: Path, tools: Tools, cache: Path, *arguments: str, check: bool = True) -> None:
    environment = {
        **os.environ,
        "PATH": f"{tools.node.parent}:{os.environ['PATH']}",
        "npm_config_cache": str(cache / "npm-cache"),
        "npm_config_update_notifier": "false",
        "CI": "true",
    }
    command = (str(tools.node), str(tools.npm), *arguments)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if check and done.returncode:
        raise SystemExit(f"npm {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


def _read(subject: Subject, name: str) -> str:
    path = f"{subject.tag}:{subject.folder}/{name}"
    return _run(("git", "-C", _place(subject.url), "show", path))


def _place(url: str) -> str:
    """Where a mirrored URL really lies, as the platform resolves it."""
    from connectory.settings import parse_mapping

    for prefix, place in parse_mapping(os.environ.get("CONNECTORY_GIT_MIRRORS", "")).items():
        if url.startswith(prefix):
            rest = url[len(prefix) :]
            return (
                place + rest.removesuffix(".git")
                if not Path(place + rest).exists()
                else place + rest
            )
    return url


def _run(command: tuple[str | Path, ...]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    asyncio.run(main())
