"""ast-grep in the sandbox, over files that nobody vouches for."""

import asyncio
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from connectory.publishing import source
from connectory.publishing.checks.code.output import Result, Unread, results
from connectory.sandbox import Command, Finished, Limits, Mount, Network, Sandbox

LARGEST_OUTPUT = 64 * 1024 * 1024
LIMITS = Limits(
    memory=2 << 30, cpus=2.0, processes=64, file_size=LARGEST_OUTPUT, seconds=10.0, disk=None
)
MOST_RUNS = 24
TOO_MUCH = "it is too much for the code analysis"
ENGINE, INPUT, OUTPUT = "/engine/ast-grep", "/input", "/output"
IGNORE = b"ast-grep-ignore"
"""A comment that hides a place from the engine. Exceptions are explained and seen, or not made."""
# the sandbox keeps the end of what a program says only; a plain path so that it holds anywhere
INTO_A_FILE = 'out=$1; shift; exec "$@" > "$out"'


class EngineFailed(Exception):  # noqa: N818 - said of the platform, never of a connector
    """The engine is missing or cannot read our own rules."""


@cache
def version() -> str:
    return metadata.version("ast-grep-cli")


@cache
def program() -> Path:
    """Where the engine was installed with us. Raises ``EngineFailed``."""
    beside = Path(sys.executable).parent
    folders = (str(beside), sysconfig.get_path("scripts"), None)
    for folder in folders:
        if found := shutil.which("ast-grep", path=folder):
            return Path(found).resolve()
    raise EngineFailed("ast-grep is not installed (pip install ast-grep-cli)")


def arguments() -> tuple[str, ...]:
    """Every match of our rules in the files of the input folder, as one JSON object a line."""
    scan = (ENGINE, "scan", "--rule", f"{INPUT}/rules.yml", "--json=stream", f"{INPUT}/files")
    return ("sh", "-c", INTO_A_FILE, "sh", f"{OUTPUT}/matches", *scan)


async def search(sandbox: Sandbox, rules: str, files: Mapping[str, bytes]) -> dict[str, Result]:
    """What ``rules`` find in each file. Files that together make the engine fail are tried in
    halves, so that a file made to break it spoils only itself."""
    results: dict[str, Result] = {}
    waiting = [dict(sorted(files.items()))] if files else []
    runs = 0
    while waiting:
        part = waiting.pop()
        found = await _run(sandbox, rules, part) if runs < MOST_RUNS else None
        runs += 1
        if found is not None:
            results.update(found)
        elif len(part) == 1 or runs >= MOST_RUNS:
            results.update(dict.fromkeys(part, Unread(TOO_MUCH)))
        else:
            waiting += _halves(part)
    if results and all(isinstance(each, Unread) for each in results.values()):
        await _prove(sandbox, rules)
    return results


def _halves(part: dict[str, bytes]) -> list[dict[str, bytes]]:
    items = list(part.items())
    middle = len(items) // 2
    return [dict(items[middle:]), dict(items[:middle])]


async def _prove(sandbox: Sandbox, rules: str) -> None:
    """Tell a broken engine from broken files."""
    if await _run(sandbox, rules, {"proof.ts": b"export {};\n"}) is None:
        raise EngineFailed("the code analysis does not work on this machine")


async def _run(
    sandbox: Sandbox, rules: str, files: Mapping[str, bytes]
) -> dict[str, Result] | None:
    """None when the engine did not come to its end."""
    with tempfile.TemporaryDirectory(prefix="connectory-code-") as name:
        folder = Path(name)
        await asyncio.to_thread(_lay_out, folder, rules, files)
        finished = await sandbox.run(_command(folder))
        return await asyncio.to_thread(_results, folder / "output", finished, files)


def _command(folder: Path) -> Command:
    return Command(
        arguments(),
        mounts=(
            Mount(program(), ENGINE),
            Mount(folder / "input", INPUT),
            Mount(folder / "output", OUTPUT, writable=True),
        ),
        network=Network.NONE,
        limits=LIMITS,
    )


def _lay_out(folder: Path, rules: str, files: Mapping[str, bytes]) -> None:
    place = folder / "input" / "files"
    place.mkdir(parents=True)
    (folder / "output").mkdir()
    (folder / "input" / "rules.yml").write_text(rules, "utf-8")
    for name, data in files.items():
        (place / name).write_bytes(data.replace(IGNORE, b"-" * len(IGNORE)))
    # the sandbox has a user of its own, and the platform may have a strict umask
    for each in (folder, folder / "input", *folder.glob("input/*"), place, *place.iterdir()):
        each.chmod(0o755 if each.is_dir() else 0o644)


def _results(
    output: Path, finished: Finished, files: Mapping[str, bytes]
) -> dict[str, Result] | None:
    # 1 says that a rule of the severity "error" fits
    said = source.read(output, "matches", LARGEST_OUTPUT - 1)
    if finished.cause != "exit" or finished.code not in {0, 1} or said is None:
        return None
    return results(said, files)
