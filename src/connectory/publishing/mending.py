"""What a machine can mend in a connector: vulnerable dependencies, lockfiles that are missing or
do not fit. Works on a copy; whether it helped is for a second validation to say."""

import asyncio
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from connectory.advisories import Advisories, AdvisoriesUnreadable
from connectory.findings.report import FullReport
from connectory.publishing import source
from connectory.publishing.checks.candidate import Candidate
from connectory.publishing.checks.dependencies.fix import fixes, refresh
from connectory.publishing.context import Publishing
from connectory.publishing.package import Package, parse
from connectory.publishing.running import CACHE, INSIDE, SYSTEM_PATH
from connectory.publishing.steps.examine import candidate
from connectory.publishing.steps.specification import plan, specify
from connectory.publishing.task import manager_of
from connectory.repositories.snapshot import TAG, snapshot
from connectory.sandbox import Command, Mount, Network
from connectory.toolchains import Node, PackageManager, managers
from connectory.toolchains.managers import LOCKFILES, Kind, Manager

LOCKFILE_RULES = frozenset({"specification/missing-lockfile", "specification/lockfile-disagrees"})
MOST_ROUNDS = 5
"""Raising one package may bring along what another one lacked."""


@dataclass(frozen=True)
class Change:
    """One thing to do: ``texts`` by path to write, then ``commands`` of the package manager."""

    folder: str
    kind: Kind
    texts: dict[str, str]
    commands: tuple[tuple[str, ...], ...]
    said: tuple[str, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mended:
    """What was done in the copy. ``files`` are the contents that differ from before, by path;
    ``left`` is what would need a new major version, and ``failed`` why a command did not work."""

    said: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    files: dict[str, bytes] | None = None


async def mend(publishing: Publishing, report: FullReport, copy: Path) -> Mended:
    """Change ``copy``, a working tree without Git, by what ``report`` found in it."""
    before = _contents(copy)
    said: dict[str, None] = {}
    left: dict[str, None] = {}
    failed: dict[str, None] = {}
    todo = [*_lockfiles(report, copy)]
    for _ in range(MOST_ROUNDS):
        todo += await _vulnerable(publishing, copy)
        todo = [one for one in todo if one.said[0] not in failed and one.said[0] not in said]
        if not todo:
            break
        for change in todo:
            problem = await _make(publishing, copy, change)
            failed |= {change.said[0]: None} if problem else {}
            failed |= {problem: None} if problem else {}
            said |= {} if problem else dict.fromkeys(change.said)
            left |= dict.fromkeys(change.left)
        todo = []
    after = _contents(copy)
    files = {path: text for path, text in after.items() if before.get(path) != text}
    return Mended(tuple(said), tuple(left), tuple(failed), files)


def _lockfiles(report: FullReport, copy: Path) -> Iterator[Change]:
    """A lockfile where one is missing, and one that fits where one does not."""
    for finding in report.findings:
        if finding.rule in LOCKFILE_RULES and finding.application is not None:
            kind = _manager(copy, finding.application).kind
            what = f"{finding.application}: a lockfile that fits package.json"
            yield Change(finding.application, kind, {}, tuple(refresh(kind, ())), (what,))


async def _vulnerable(publishing: Publishing, copy: Path) -> list[Change]:
    advisories = Advisories(publishing.settings.advisory_directory)
    found = await _candidate(publishing, copy)
    try:
        mending = await asyncio.to_thread(fixes, found, advisories)
    except AdvisoriesUnreadable:
        return []
    return [
        Change(one.folder, one.kind, one.texts, one.commands, one.changes, one.left)
        for one in mending
    ]


async def _candidate(publishing: Publishing, copy: Path) -> Candidate:
    snapshots = publishing.settings.directory / "snapshots"
    repository = await asyncio.to_thread(snapshot, copy, snapshots)
    revision = await publishing.repositories.fetch(str(repository), TAG)
    planned = plan(revision, await specify(publishing.repositories, revision))
    return await candidate(publishing, planned, copy)


async def _make(publishing: Publishing, copy: Path, change: Change) -> str | None:
    """Why it could not be done, None when it could."""
    for path, text in change.texts.items():
        (copy / path).write_text(text)
    manager = _manager(copy, change.folder)
    node = await publishing.toolchains.node(_package(copy, change.folder).node)
    npm = await publishing.toolchains.npm(node)
    program = await manager_of(publishing.toolchains, manager, npm)
    for words in change.commands:
        ended = await publishing.sandbox.run(
            _command(publishing, copy, change.folder, node, program, words)
        )
        if not ended.ok:
            line = shlex.join((program.name, *words))
            return f"{line} failed in {change.folder}:\n{ended.tail[-1000:]}"
    return None


def _command(
    publishing: Publishing,
    copy: Path,
    folder: str,
    node: Node,
    program: PackageManager,
    words: Iterable[str],
) -> Command:
    cache = copy.with_name(f"{copy.name}-cache")
    cache.mkdir(exist_ok=True)
    places = dict.fromkeys((node.directory, program.directory))
    tools = tuple(Mount(each, str(each)) for each in places if each != Path("/usr"))
    return Command(
        argv=(str(node.binary), str(program.entry), *words),
        cwd=f"{INSIDE}/{folder}".rstrip("/"),
        environment={
            **managers.environment(publishing.settings.npm_registry, CACHE),
            "PATH": f"{node.binary.parent}:{SYSTEM_PATH}",
            "HOME": CACHE,
        },
        mounts=(Mount(copy, INSIDE, writable=True), Mount(cache, CACHE, writable=True), *tools),
        network=Network.REGISTRY,
        limits=publishing.limits(),
    )


def _manager(copy: Path, folder: str) -> Manager:
    names = source.names(copy, folder)
    lock = source.read(copy, f"{folder}/yarn.lock".lstrip("/")) or b""
    return managers.choose(names, lock.decode(errors="replace"), _package(copy, folder).manager)


def _package(copy: Path, folder: str) -> Package:
    path = f"{folder}/package.json".lstrip("/")
    return parse(source.read(copy, path) or b"{}", path)


def _contents(copy: Path) -> dict[str, bytes]:
    """Every file that mending may change, by path."""
    names = {*LOCKFILES, "package.json"}
    found = (path for path in copy.rglob("*") if path.name in names)
    return {
        str(path.relative_to(copy)): path.read_bytes()
        for path in found
        if path.is_file() and not path.is_symlink() and "node_modules" not in path.parts
    }
