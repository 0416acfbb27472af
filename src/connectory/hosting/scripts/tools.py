"""The programs a script finds: Node.js, npm, npx, and the other managers it may call."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from connectory.durable import Rejected
from connectory.toolchains import (
    Node,
    PackageManager,
    Toolchains,
    UnsupportedVersion,
    managers,
)
from connectory.toolchains.managers import Kind, Manager

LARGEST = 32 << 20
NAMED = {Kind.YARN: re.compile(r"\byarn\b"), Kind.PNPM: re.compile(r"\bpnpm\b")}


@dataclass(frozen=True)
class Tools:
    node: Node
    npm: PackageManager
    others: tuple[PackageManager, ...]

    @property
    def folders(self) -> tuple[Path, ...]:
        """What of them a sandbox must be shown: not what it has as /usr already."""
        found = (self.node.directory, self.npm.directory, *(one.directory for one in self.others))
        system = Path("/usr")
        return tuple(one for one in dict.fromkeys(found) if one not in (system, *system.parents))


async def gather(toolchains: Toolchains, folder: Path, version: str | None, command: str) -> Tools:
    """For ``command`` in ``folder`` of an extracted artifact, with that version of Node.js.

    Raises ``Rejected`` for versions that do not exist; other failures are the platform's.
    """
    try:
        node = await toolchains.node(version)
        npm = await toolchains.npm(node)
        others = [await _manager(toolchains, one) for one in wanted(folder, command)]
    except UnsupportedVersion as problem:
        fix = "Ask for another version in engines.node or packageManager of package.json."
        raise Rejected(str(problem), fix=fix) from None
    return Tools(node, npm, tuple(others))


def wanted(folder: Path, command: str) -> tuple[Manager, ...]:
    """The managers beside npm: the one the application was installed with, and any that its script
    or its package.json names."""
    package = _read(folder, "package.json")
    chosen = managers.choose(os.listdir(folder), _read(folder, "yarn.lock"), _declared(package))  # noqa: PTH208
    return tuple(_all(chosen, f"{command}\n{package}"))


def _all(chosen: Manager, text: str) -> Iterator[Manager]:
    """Only one yarn has room under its name."""
    if chosen.kind is not Kind.NPM:
        yield chosen
    taken = Kind.YARN if chosen.kind is Kind.BERRY else chosen.kind
    for kind, pattern in NAMED.items():
        if kind is not taken and pattern.search(text):
            yield Manager(kind, None)


async def _manager(toolchains: Toolchains, manager: Manager) -> PackageManager:
    if manager.kind is Kind.PNPM:
        return await toolchains.pnpm(manager.version)
    return await toolchains.yarn(manager.version)


def _declared(package: str) -> str | None:
    try:
        document = msgspec.json.decode(package or "{}")
    except (msgspec.DecodeError, RecursionError):
        return None
    found = document.get("packageManager") if isinstance(document, dict) else None
    return found if isinstance(found, str) else None


def _read(folder: Path, name: str) -> str:
    """The text of a file of the artifact, "" for none. Artifacts hold no links that lead out, and
    nothing but files and folders."""
    try:
        with (folder / name).open("rb") as file:
            return file.read(LARGEST).decode(errors="replace")
    except OSError:
        return ""
