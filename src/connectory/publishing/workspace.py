"""Where a run works: the commit as it is, and a copy of it for each application to build in.

Only ``tree`` and ``cache`` are ever writable by what the connector runs. The notes beside them say
how far an application got, so that a step which was interrupted begins from clean files.
"""

import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from connectory.sandbox.trees import remove

STAGES = ("install", "test", "build", "package")


@dataclass(frozen=True)
class Workspace:
    """The folders of one application in one run."""

    folder: Path

    @property
    def tree(self) -> Path:
        """The application's own copy of the repository."""
        return self.folder / "tree"

    @property
    def cache(self) -> Path:
        """What package managers download, thrown away after the install."""
        return self.folder / "cache"

    @property
    def tools(self) -> Path:
        """Ours: ``npm``, ``yarn`` and ``pnpm`` as programs."""
        return self.folder / "tools"

    def prepare(self, source: Path, hidden: Iterable[str]) -> None:
        """A fresh copy of the commit without the ``hidden`` folders of its root."""
        self.clear()
        self.cache.mkdir(parents=True)
        left_out = frozenset(hidden)
        shutil.copytree(
            source,
            self.tree,
            symlinks=True,
            ignore=lambda at, names: left_out & {*names} if at == str(source) else set(),
        )

    def clear(self) -> None:
        remove(self.folder)

    def put_cache_aside(self) -> None:
        """Out of the way of what runs next. It is removed with the run, when nobody waits."""
        aside = self.folder.parent.parent / "aside"
        aside.mkdir(exist_ok=True)
        self.cache.rename(aside / uuid.uuid4().hex)
        self.cache.mkdir()

    def is_after(self, stage: str) -> bool:
        """Whether ``stage`` was the last to end, and nothing has begun since."""
        return self.tree.is_dir() and self._note() == f"{stage} ended"

    def begin(self, stage: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._path.write_text(f"{stage} begun")

    def end(self, stage: str) -> None:
        self._path.write_text(f"{stage} ended")

    @property
    def _path(self) -> Path:
        return self.folder / "note"

    def _note(self) -> str:
        try:
            return self._path.read_text()
        except FileNotFoundError:
            return ""


@dataclass(frozen=True)
class RunFolder:
    """The folders of one run, below the directory of all runs."""

    folder: Path

    @property
    def source(self) -> Path:
        """The files of the commit. Nothing of the connector ever runs here."""
        return self.folder / "source"

    def workspace(self, application: str) -> Workspace:
        return Workspace(self.folder / "applications" / application)

    def clear(self) -> None:
        remove(self.folder)
