"""Installed dependencies, kept by lock file, so that the next build need not install them."""

import asyncio
import fcntl
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from connectory.artifacts.archive import write_archive
from connectory.artifacts.blobs import BUFFER, Blobs, HashingFile, locked, remove
from connectory.artifacts.extraction import extract, list_archive
from connectory.artifacts.scanning import scan

GIB = 1024**3


class DependencyStore:
    """Snapshots of installed dependencies (`node_modules`), the least recently used dropped first.

    `max_bytes` bounds all snapshots together. A snapshot is a plain tar: what is restored are
    copies, never files shared with another build. It is a cache: a snapshot that is damaged or
    gone is simply not restored. Symbolic links are kept as they are, wherever they lead, because
    `file:` dependencies live beside `node_modules`; whoever packs the result checks them.

    The key must say everything that decides the content, and who may share it: one connector's
    install scripts can write what another would then restore.
    """

    def __init__(self, directory: Path, max_bytes: int = 10 * GIB) -> None:
        self.blobs = Blobs(directory)
        self.snapshots = directory / "snapshots"
        self.lock = directory / "snapshots.lock"
        self.max_bytes = max_bytes
        self.snapshots.mkdir(exist_ok=True)
        self.blobs.clear_incoming()

    async def save(self, key: str, tree: Path) -> None:
        """Keeps a copy of `tree` under `key`, in place of an earlier one.

        Raises ArtifactRefused for a tree with sockets, pipes or devices, or names not in UTF-8.
        """
        await asyncio.to_thread(self._save, key, tree)

    def _save(self, key: str, tree: Path) -> None:
        entries = scan(tree)
        with self.blobs.shared():
            place = self.blobs.fresh()
            try:
                with place.open("xb", buffering=BUFFER) as file:
                    writing = HashingFile(file)
                    write_archive(tree, entries, "", writing)
                self._settle(place, f"{name_of(key)}-{writing.hash.hexdigest()}")
            finally:
                place.unlink(missing_ok=True)

    def _settle(self, place: Path, name: str) -> None:
        with locked(self.lock, fcntl.LOCK_EX):
            for earlier in self.snapshots.glob(name.split("-", maxsplit=1)[0] + "-*"):
                remove(earlier)
            place.rename(self.snapshots / name)
            self._trim()

    def _trim(self) -> None:
        """Drops the snapshots unused for longest until the rest fits."""
        ages = sorted(self.snapshots.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        total = sum(path.stat().st_size for path in ages)
        for oldest in ages:
            if total <= self.max_bytes:
                return
            total -= oldest.stat().st_size
            remove(oldest)

    async def restore(self, key: str, target: Path, owner: tuple[int, int] | None = None) -> bool:
        """Writes the snapshot of `key` to `target`, which must not exist; whether there was one.

        `target` appears complete or not at all. `owner` is the user and group it is given to.
        """
        return await asyncio.to_thread(self._restore, key, target, owner)

    def _restore(self, key: str, target: Path, owner: tuple[int, int] | None) -> bool:
        archive = self._open(key)
        if archive is None:
            return False
        fresh = target.with_name(f".{target.name[:40]}.{self.blobs.fresh().name}")
        try:
            with archive:
                extract(archive, list_archive(archive, ""), fresh, owner)
            fresh.rename(target)
        finally:
            if fresh.exists():
                remove(fresh)
        return True

    def _open(self, key: str) -> BinaryIO | None:
        """The snapshot of a key, checked, and marked as used just now."""
        with locked(self.lock, fcntl.LOCK_SH):
            snapshot = next(self.snapshots.glob(name_of(key) + "-*"), None)
            archive = snapshot.open("rb") if snapshot else None
        if snapshot is None or archive is None:
            return None
        if hashlib.file_digest(archive, "sha256").hexdigest() != snapshot.name[-64:]:
            archive.close()
            return None
        os.utime(archive.fileno())
        archive.seek(0)
        return archive


def name_of(key: str) -> str:
    """A key as the first half of a file name."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
