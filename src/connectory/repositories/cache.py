"""One bare repository per URL, safe to be killed at any moment."""

import fcntl
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectory.repositories.revision import RepositoryUnreachable
from connectory.repositories.running import Bounds

PAUSE = 0.02


@dataclass(frozen=True)
class Cache:
    """The folders of all repositories of one platform."""

    directory: Path

    @property
    def home(self) -> Path:
        """An empty home: no configuration, no keys, no credentials."""
        return self.directory / "home"

    @property
    def hosts(self) -> Path:
        """Where keys of ssh hosts are remembered, in a folder that Git's user may write."""
        return self.directory / "ssh" / "known_hosts"

    def repository(self, url: str) -> Path:
        """The folder of one URL's repository."""
        return self.directory / hashlib.sha256(url.encode()).hexdigest()[:32]

    def prepare(self, owner: tuple[int, int] | None) -> None:
        """Makes the folders that all repositories share; Git's user may look into them."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for folder in (self.home, self.hosts.parent, self.directory / "config"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
        self.directory.chmod(0o755)
        if owner:
            os.chown(self.hosts.parent, *owner)

    def fresh(self, repository: Path, owner: tuple[int, int] | None) -> Path:
        """An empty folder for a repository to be; it is renamed into place when complete. Needs the
        lock of the repository: what one who was killed had begun is removed."""
        folder = beside(repository)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if owner:
            os.chown(folder, *owner)
        return folder

    def config(self, text: str) -> Path:
        """A configuration file of this content."""
        path = self.directory / "config" / hashlib.sha256(text.encode()).hexdigest()[:32]
        if not path.exists():
            draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
            draft.write_text(text)
            draft.chmod(0o644)
            draft.replace(path)
        return path


@contextmanager
def held(repository: Path, bounds: Bounds) -> Iterator[int]:
    """Holds the lock of one repository, as a descriptor.

    Git inherits it: should we be killed, the lock lasts until that Git is gone as well. Raises
    RepositoryUnreachable if others keep it for too long.
    """
    descriptor = os.open(f"{repository}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not taken(descriptor):
            if time.monotonic() > bounds.deadline or bounds.stop.is_set():
                raise RepositoryUnreachable("Another fetch of the repository takes too long.")
            time.sleep(PAUSE)
        yield descriptor
    finally:
        os.close(descriptor)


def taken(descriptor: int) -> bool:
    """Takes the lock if it is free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sweep(repository: Path) -> None:
    """Removes what a killed Git left: its lock files and half-written packs. Needs the lock."""
    for parent, _, names in os.walk(repository):
        for name in names:
            if name.endswith(".lock") or name.startswith("tmp_"):
                (Path(parent) / name).unlink(missing_ok=True)


def discard(repository: Path) -> None:
    """Removes a repository that turned out to be broken. Needs the lock."""
    grave = beside(repository)
    shutil.rmtree(grave, ignore_errors=True)
    repository.rename(grave)
    shutil.rmtree(grave)


def beside(repository: Path) -> Path:
    """Where a repository is made and unmade: one place, so that who is killed leaves no more."""
    return repository.with_name(f"new-{repository.name}")
