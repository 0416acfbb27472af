"""Where one script runs: a view of the built tree that is its own, and gone after it.

What was extracted is shared by all who run it and stays as it was built. Where the machine can, the
script's changes are laid over it, which costs some milliseconds; a copy of 30,000 files costs half
a second, or six where as many were removed within the last minutes (ext4, measured).
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from connectory.hosting.placement import WORKSPACE
from connectory.sandbox import Mount
from connectory.sandbox.trees import copy, remove


@dataclass(frozen=True)
class Stage:
    """The folders of one script. ``below`` is the tree that its changes are laid over, None where
    ``tree`` is a copy of it."""

    folder: Path
    below: Path | None = None

    @property
    def workspace(self) -> Mount:
        """The built tree, for the script to write to."""
        if self.below is None:
            return Mount(self.tree, WORKSPACE, writable=True)
        return Mount(self.below, WORKSPACE, changes=self.changes)

    @property
    def changes(self) -> Path:
        return self.folder / "changes"

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def programs(self) -> Path:
        """Ours: the package managers."""
        return self.folder / "programs"


@asynccontextmanager
async def set_up(directory: Path, tree: Path, *, layered: bool = False) -> AsyncIterator[Stage]:
    """A stage below ``directory`` with a copy of ``tree``, or laid over it where the sandbox has
    overlays; nothing is left of it afterwards."""
    stage = Stage(directory / uuid.uuid4().hex, tree if layered else None)
    try:
        await _to_the_end(asyncio.to_thread(_lay_out, stage, tree))
        yield stage
    finally:
        await _to_the_end(asyncio.to_thread(remove, stage.folder))


def sweep(directory: Path) -> None:
    """Remove what a killed platform left behind; nothing may be running. Blocks."""
    remove(directory)


def _lay_out(stage: Stage, tree: Path) -> None:
    for folder in (stage.home, stage.programs, stage.changes):
        folder.mkdir(parents=True)
    if stage.below is None:
        copy(tree, stage.tree)


async def _to_the_end(work: Coroutine[None, None, None]) -> None:
    """Threads cannot be given up half-way: whoever is cancelled waits for what it has begun."""
    doing = asyncio.ensure_future(work)
    try:
        await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait({doing})
        raise
