"""Leading one install to the sandbox's registry front, and clearing its address from the result."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectory.publishing import source
from connectory.publishing.content import SETTINGS, Folder
from connectory.publishing.tools import registries
from connectory.publishing.workspace import Workspace
from connectory.sandbox import Mount
from connectory.toolchains import managers
from connectory.toolchains.managers import Kind

MODULES = "node_modules"


@dataclass(frozen=True)
class Way:
    """How one install reaches the registry. ``mounts`` lay lockfiles that name the front over the
    project's own, for this install alone: those are never changed, not even for a moment."""

    front: str
    registry: str
    variables: Mapping[str, str]
    mounts: tuple[Mount, ...] = ()
    stands_for: Mapping[str, str] = field(default_factory=dict)

    def honest(self, text: str) -> str:
        return registries.honest(text, self.front, self.registry, self.stands_for)


def way(
    workspace: Workspace, folder: Folder, inside: str, front: str | None, registry: str
) -> Way | None:
    """None when there is no front, or it cannot stand for the registry here: the install goes to
    the registries by itself. ``inside`` is where the tree is mounted."""
    settings = (
        (source.read(workspace.tree, path) or b"").decode(errors="replace")
        for path in _around(folder, *SETTINGS)
    )
    if front is None or not registries.fronted(folder.manager, settings):
        return None
    variables = registries.environment(folder.manager.kind, front)
    if folder.manager.kind is not Kind.YARN:
        return Way(front, registry, variables)
    mounts, stands_for = list[Mount](), dict[str, str]()
    for path in _around(folder, "yarn.lock"):
        lock = source.read(workspace.tree, path)
        if lock is not None:
            text, addresses = registries.led(os.fsdecode(lock), front, registry)
            mounts.append(Mount(_laid_out(workspace, path, text), f"{inside}/{path}"))
            stands_for |= addresses
    return Way(front, registry, variables, tuple(mounts), stands_for)


def clear(workspace: Workspace, folder: Folder, taken: Way) -> None:
    """Put the registry's addresses where the install noted the front's. Call it when nothing of
    the install runs any more."""
    noted = (*(f"{MODULES}/{name}" for name in registries.TRACES), *managers.LOCKFILES)
    for path in _around(folder, *noted):
        data = source.read(workspace.tree, path)
        if data is not None and taken.front.encode() in data:
            _write(workspace.tree / path, os.fsencode(taken.honest(os.fsdecode(data))))


def _around(folder: Folder, *names: str) -> tuple[str, ...]:
    """The names in the folder and in the repository's root, where a workspace keeps them."""
    return (*(f"{folder.path}/{name}" for name in names), *names)


def _laid_out(workspace: Workspace, path: str, text: str) -> Path:
    place = workspace.folder / "registry" / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(os.fsencode(text))
    place.chmod(0o644)
    return place


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_TRUNC)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
