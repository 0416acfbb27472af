"""Tarballs kept on disk by what is in them; a name leads to its content or to nothing.

`names/ab/<name>` says which content a name stands for and how long it is, `contents/cd/<sha256>`
is the content, `partial` holds what is still being written. All three are only ever renamed into
place, and what is read is checked again: a killed platform or a bad disk costs a download, never
a wrong file.
"""

import hashlib
import os
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

TRIM_TO = 0.8


@dataclass
class Tarballs:
    """A cache of at most about `limit` bytes; the content longest unused goes first. Every method
    blocks on the disk and may be called from any thread."""

    folder: Path
    limit: int
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _size: int | None = None

    def open(self, name: str) -> tuple[IO[bytes], int] | None:
        """The content as a file at its beginning, and its size; None when it is not here whole."""
        try:
            digest, size = self._name(name).read_text().split()
            file = self._content(digest).open("rb")
        except (OSError, ValueError):
            return None
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            file.close()
            self.forget(name, digest)
            return None
        file.seek(0)
        with suppress(OSError):
            os.utime(file.fileno())
        return file, int(size)

    def forget(self, name: str, digest: str) -> None:
        self._name(name).unlink(missing_ok=True)
        self._content(digest).unlink(missing_ok=True)

    def begin(self) -> IO[bytes]:
        """A new file to write a download to; hand it to `keep` or `discard`."""
        partial = self.folder / "partial" / uuid.uuid4().hex
        partial.parent.mkdir(parents=True, exist_ok=True)
        return partial.open("xb+")

    def keep(self, name: str, file: IO[bytes], digest: str) -> None:
        """`file`, written to its end, is what `name` stands for; OSError when the disk is full."""
        file.flush()
        size = os.fstat(file.fileno()).st_size
        content, named = self._content(digest), self._name(name)
        for place in (content, named):
            place.parent.mkdir(parents=True, exist_ok=True)
        Path(file.name).rename(content)
        note = Path(f"{file.name}.name")
        note.write_text(f"{digest} {size}")
        note.rename(named)
        self._count(size)

    @staticmethod
    def discard(file: IO[bytes]) -> None:
        Path(file.name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a killed predecessor was still writing."""
        for partial in (self.folder / "partial").glob("*"):
            partial.unlink(missing_ok=True)

    def _count(self, added: int) -> None:
        with self._lock:
            if self._size is None:
                self._size = sum(size for _, size, _ in self._contents())
            else:
                self._size += added
            if self._size > self.limit:
                self._size = self._trim()

    def _trim(self) -> int:
        """Remove the contents longest unused, and the names that stood for them; the size left."""
        contents = sorted(self._contents())
        left = sum(size for _, size, _ in contents)
        for _, size, path in contents:
            if left <= self.limit * TRIM_TO:
                break
            path.unlink(missing_ok=True)
            left -= size
        for name in (self.folder / "names").glob("*/*"):
            with suppress(OSError, ValueError):
                if not self._content(name.read_text().split()[0]).exists():
                    name.unlink()
        return left

    def _contents(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in (self.folder / "contents").glob("*/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        return found

    def _name(self, name: str) -> Path:
        key = hashlib.sha256(name.encode()).hexdigest()
        return self.folder / "names" / key[:2] / key

    def _content(self, digest: str) -> Path:
        return self.folder / "contents" / digest[:2] / digest
