"""What an application is made of, and the keys that name it: the same content, the same key."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from connectory.durable import Rejected
from connectory.publishing import package, source
from connectory.publishing.context import this_platform
from connectory.publishing.model import PlannedApplication
from connectory.publishing.package import Package
from connectory.toolchains import managers
from connectory.toolchains.managers import Kind, Manager

VERSION = 1
"""Raise it when the same content would be built to something else."""
MOST_MODULES = 50
SETTINGS = (".npmrc", ".yarnrc", ".yarnrc.yml")


@dataclass(frozen=True)
class Folder:
    """One folder with a package.json to install in, relative to the repository's root.

    ``deciding`` is everything in it that decides what an install makes of it; ``alone`` says that
    no workspace around it has a part in that.
    """

    path: str
    package: Package
    manager: Manager
    deciding: str
    alone: bool

    @property
    def splits(self) -> bool:
        """Whether its dependencies may be kept for others: see ``Manager.splits``."""
        copied = self.package.copies and self.manager.kind is Kind.YARN
        return self.alone and self.manager.splits and not self.package.workspaces and not copied


@dataclass(frozen=True)
class Subject:
    """One application of a commit, read but not run.

    ``folders`` are its local modules, in the order to install them, and itself as the last.
    ``hidden`` are the other applications, which its files do not mention.
    """

    application: PlannedApplication
    folders: tuple[Folder, ...]
    hidden: frozenset[str]
    procfile: str | None
    server: bool

    @property
    def package(self) -> Package:
        return self.folders[-1].package

    @property
    def lockfile(self) -> bool:
        return self.folders[-1].manager.lockfile is not None


def study(root: Path, application: PlannedApplication, others: Collection[str]) -> Subject:
    """Read an application's own files. Raises ``Rejected`` when it cannot be built at all."""
    _require_package(root, application.name)
    folders = tuple(_folders(root, application.name))
    procfile = source.read(root, f"{application.name}/Procfile")
    return Subject(
        application=application,
        folders=folders,
        hidden=_hidden(root, application.name, folders, frozenset(others)),
        procfile=procfile.decode(errors="replace") if procfile else None,
        server="server.js" in source.names(root, application.name),
    )


def build_key(
    subject: Subject, root_entries: Mapping[str, str], tools: tuple[str, ...], registry: str
) -> str:
    """Names everything that the build of an application can see: the files, and what builds them.

    ``root_entries`` are Git's ids of what lies in the repository's root.
    """
    visible = sorted(item for item in root_entries.items() if item[0] not in subject.hidden)
    application = (subject.application.name, subject.application.type)
    return digest("build", VERSION, this_platform(), application, tools, registry, visible)


def dependency_key(folder: Folder, tools: tuple[str, ...], registry: str, owner: str) -> str:
    """Names everything that an install without scripts can see.

    ``owner`` keeps organizations apart: a second wall, should a package manager be talked into
    running something after all.
    """
    return digest("install", VERSION, this_platform(), folder.deciding, tools, registry, owner)


def digest(*parts: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _require_package(root: Path, name: str) -> None:
    if not source.is_folder(root, name):
        there = sorted(one for one in source.names(root, "") if source.is_folder(root, one))
        shown = ", ".join(one for one in there if not one.startswith(".")) or "none"
        raise Rejected(
            f"The application {name} has no folder {name} in the root of the repository.",
            f"Folders there are: {shown}",
            "Name the application in connect.yaml as its folder is named.",
        )
    names = source.names(root, name)
    if "package.json" not in names and names & {"pom.xml", "build.gradle", "build.gradle.kts"}:
        raise Rejected(f"The application {name} is written in Java, which is not supported yet.")
    if source.read(root, f"{name}/package.json") is None:
        raise Rejected(
            f"The application {name} has no package.json (a regular file) in its folder.",
            fix=f"Add {name}/package.json with a start script.",
        )


def _folders(root: Path, application: str) -> Iterator[Folder]:
    """The application's local modules, each after those it needs, then itself."""
    ordered: dict[str, Folder] = {}
    _visit(root, application, ordered, set())
    yield from ordered.values()


def _visit(root: Path, path: str, ordered: dict[str, Folder], entered: set[str]) -> None:
    if path in entered or len(entered) > MOST_MODULES:
        return
    entered.add(path)
    folder = _folder(root, path)
    for target in folder.package.local:
        module = package.local_folder(path, target)
        if module is None or "package.json" not in source.names(root, module):
            raise Rejected(
                f"{path}/package.json depends on {target}, which is no package in the repository.",
                fix="Let file: and link: dependencies name a folder of the repository.",
            )
        _visit(root, module, ordered, entered)
    ordered[path] = folder


def _folder(root: Path, path: str) -> Folder:
    data = source.read(root, f"{path}/package.json") or b"{}"
    parsed = package.parse(data, f"{path}/package.json")
    around = source.read(root, "package.json")
    workspace = around is not None and package.parse(around, "package.json").workspaces
    names = source.names(root, path)
    npmrc = b"".join(source.read(root, f"{at}.npmrc") or b"" for at in ("", f"{path}/"))
    alone = not workspace and b"install-links" not in npmrc
    if workspace and not names & {*managers.LOCKFILES}:
        names |= source.names(root, "") & {*managers.LOCKFILES}
    lock = source.read(root, f"{path}/yarn.lock") or source.read(root, "yarn.lock") or b""
    manager = managers.choose(names, lock.decode(errors="replace"), parsed.manager)
    return Folder(path, parsed, manager, _deciding(root, path, parsed, manager), alone)


def _deciding(root: Path, path: str, parsed: Package, manager: Manager) -> str:
    """All bytes that an install of this folder reads, as a digest."""
    files = [*SETTINGS, *((manager.lockfile,) if manager.lockfile else ())]
    held = [hashlib.sha256(source.read(root, f"{path}/{name}") or b"").hexdigest()
            for name in files]  # fmt: skip
    above = [hashlib.sha256(source.read(root, name) or b"").hexdigest() for name in SETTINGS]
    modules = [
        (target, digest(source.read(root, f"{module}/package.json") or b""))
        for target in parsed.local
        if (module := package.local_folder(path, target))
    ]
    return digest(held, above, parsed.deciding, modules)


def _hidden(
    root: Path, application: str, folders: tuple[Folder, ...], others: frozenset[str]
) -> frozenset[str]:
    """The other applications that nothing visible names."""
    visible = {folder.path.split("/")[0] for folder in folders} | {application}
    waiting = [folder.path for folder in folders]
    while waiting:
        found = source.mentioned(root, waiting.pop(), others - visible)
        visible |= found
        waiting += found
    return others - visible
