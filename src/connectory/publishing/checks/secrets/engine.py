"""Kingfisher, in the sandbox: it reads what strangers wrote, reaches nothing, and redacts."""

import hashlib
import importlib.util
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.secrets.answer import Answer, read
from connectory.sandbox import Command, Finished, Limits, Mount, Network

OWN_RULES = Path(__file__).parent / "rules"
PROGRAM, RULES, KEPT = "/engine/kingfisher", "/engine-rules", "/engine-kept"
TREE, ANSWER = "/tree", "/answer"
ANSWER_FILE = "found.json"
LARGEST_FILE = 8
"""Megabytes: a larger file is data, and no place where somebody writes a password."""
LIMITS = Limits(
    memory=2 << 30, cpus=2.0, processes=64, file_size=256 << 20, seconds=180.0, disk=512 << 20
)
ANSWERED = frozenset({0, 200, 205})
"""Found nothing, something, something proved valid: beyond 128, so taken for a signal's."""
OPTIONS = (
    *("--no-validate", "--no-update-check", "--no-extract-archives", "--no-dedup", "--quiet"),
    # no secret in the answer; a comment beside a secret is no reason not to say it
    *("--redact", "--no-ignore", "--commit-metadata", "false"),
    *("--max-file-size", str(LARGEST_FILE), "--jobs", "2"),
    *("--rules-path", RULES, "--rule-cache-dir", KEPT),
    *("--format", "json", "--output", f"{ANSWER}/{ANSWER_FILE}"),
)
GIT = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.directory",
    "GIT_CONFIG_VALUE_0": "*",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
}


class ScannerFailed(Exception):  # noqa: N818 - it becomes a note, never an answer
    """The scanner ended without an answer; the message says how, in one line."""


def files_arguments() -> tuple[str, ...]:
    """Looks at the files in the working directory."""
    return (PROGRAM, "scan", ".", *OPTIONS, "--git-history", "none")


def history_arguments(commit: str) -> tuple[str, ...]:
    """Looks at every commit that led to ``commit``, in the repository that is the tree."""
    return (PROGRAM, "scan", TREE, *OPTIONS, "--git-history", "full", "--branch", commit)


def program() -> Path | None:
    """The scanner of this machine; None where its package has none."""
    found = importlib.util.find_spec("kingfisher")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "bin" / "kingfisher"
    return path if path.is_file() else None


@cache
def engine() -> str:
    """The scanner's version and our own rules: what its findings depend on besides the files."""
    try:
        released = version("kingfisher-bin")
    except PackageNotFoundError:
        return "none"
    own = b"".join(path.read_bytes() for path in sorted(OWN_RULES.glob("*.yml")))
    return f"kingfisher {released}, rules {hashlib.sha256(own).hexdigest()[:12]}"


async def warm(bench: Bench) -> None:
    """Compile the rules, which takes seconds, once for this machine and version. Nothing of a
    stranger is near: what is kept here is only ever read afterwards. Raises ``ScannerFailed``."""
    kept, scanner = _kept(bench), program()
    if kept.is_dir() or scanner is None:
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_name(f".{uuid.uuid4().hex}")
    fresh.mkdir()
    try:
        with _folder() as empty, _folder() as answer:
            place = Mount(fresh, KEPT, writable=True)
            _refuse_failure(await _run(bench, files_arguments(), empty, answer, place))
        for file in fresh.iterdir():
            file.chmod(0o644)
        fresh.chmod(0o755)
        with suppress(OSError):  # somebody else was quicker
            fresh.rename(kept)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


async def scan(bench: Bench, arguments: tuple[str, ...], tree: Path) -> Answer:
    """Raises ``ScannerFailed`` when there is no answer."""
    await warm(bench)
    with _folder() as answer:
        ended = await _run(bench, arguments, tree, answer, Mount(_kept(bench), KEPT))
        _refuse_failure(ended)
        found = read(answer / ANSWER_FILE)
    if found is None:
        raise ScannerFailed("the scanner's answer cannot be read")
    return found


async def _run(
    bench: Bench, arguments: tuple[str, ...], tree: Path, answer: Path, kept: Mount
) -> Finished:
    scanner = program()
    if scanner is None:
        raise ScannerFailed("the scanner is not installed on this system")
    mounts = (
        Mount(scanner.parent, PROGRAM.rpartition("/")[0]),
        Mount(OWN_RULES, RULES),
        Mount(tree, TREE),
        Mount(answer, ANSWER, writable=True),
        kept,
    )
    return await bench.sandbox.run(
        Command(
            arguments,
            cwd=TREE,
            environment=GIT,
            mounts=mounts,
            network=Network.NONE,
            limits=LIMITS,
        )
    )


def _kept(bench: Bench) -> Path:
    name = hashlib.sha256(engine().encode()).hexdigest()[:16]
    return bench.settings.toolchain_directory / "engines" / f"kingfisher-{name}"


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="connectory-secrets-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the sandbox's user reads it
        yield folder


def _refuse_failure(ended: Finished) -> None:
    if ended.cause in {"exit", "signal"} and ended.code in ANSWERED:
        return
    causes = {
        "timeout": f"the scanner did not end within {LIMITS.seconds:g} seconds",
        "memory": f"the scanner needed more than {LIMITS.memory >> 20} MiB of memory",
        "disk": "the scanner's answer was too large",
    }
    how = causes.get(ended.cause, f"the scanner ended with {ended.cause} {ended.code}")
    raise ScannerFailed(how)
