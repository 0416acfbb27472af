"""Blobs on disk, named by their SHA-256: complete and durable, or not there."""

import fcntl
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from connectory.artifacts.model import ArtifactDamaged, ArtifactMissing

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
BUFFER = 1024 * 1024


def hex_of(digest: str) -> str:
    """The hexadecimal part of a digest. Raises ArtifactMissing for anything else."""
    if not DIGEST.fullmatch(digest):
        raise ArtifactMissing(digest)
    return digest.removeprefix("sha256:")


class HashingFile:
    """A file being written whose digest is known at the end."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> None:
        self.hash.update(data)
        self.file.write(data)
        self.size += len(data)

    @property
    def digest(self) -> str:
        return "sha256:" + self.hash.hexdigest()


class Blobs:
    """A folder `blobs/sha256` of an OCI image layout, and `incoming` for what is being made.

    Everything happens under a lock that many hold at once; cleaning up wants it alone, and so
    never takes away what somebody is still making.
    """

    def __init__(self, directory: Path) -> None:
        self.folder = directory / "blobs" / "sha256"
        self.incoming = directory / "incoming"
        self.lock = directory / "lock"
        for folder in (self.folder, self.incoming):
            folder.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where a blob lies, or would."""
        return self.folder / hex_of(digest)

    def fresh(self) -> Path:
        """A new name among the incoming, where half-made things may be left behind safely."""
        return self.incoming / uuid.uuid4().hex

    @contextmanager
    def shared(self) -> Iterator[None]:
        """While something is made or read: nothing is cleaned up."""
        with locked(self.lock, fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While cleaning up: nothing is being made."""
        with locked(self.lock, fcntl.LOCK_EX):
            yield

    def clear_incoming(self) -> None:
        """Removes what a killed process left half-made, unless someone is at work right now."""
        try:
            with locked(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                for leftover in self.incoming.iterdir():
                    remove(leftover)
        except BlockingIOError:
            return

    @contextmanager
    def create(self) -> Iterator[HashingFile]:
        """Gives a file to write; on leaving it is made durable under its digest."""
        place = self.fresh()
        try:
            with place.open("xb", buffering=BUFFER) as file:
                writing = HashingFile(file)
                yield writing
                file.flush()
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            place.rename(self.path(writing.digest))
        finally:
            place.unlink(missing_ok=True)
        sync_folder(self.folder)

    def put(self, data: bytes) -> str:
        """Stores bytes, gives their digest."""
        with self.create() as file:
            file.write(data)
        return file.digest

    def open_checked(self, digest: str) -> BinaryIO:
        """A blob, open for reading, whose bytes have just been found to match its digest.

        Raises ArtifactMissing or ArtifactDamaged.
        """
        try:
            file = self.path(digest).open("rb")
        except FileNotFoundError:
            raise ArtifactMissing(digest) from None
        if hashlib.file_digest(file, "sha256").hexdigest() != hex_of(digest):
            file.close()
            raise ArtifactDamaged(digest, "its bytes do not match its digest.")
        file.seek(0)
        return file


@contextmanager
def locked(path: Path, how: int) -> Iterator[None]:
    """Holds a lock file; the operating system lets go of it even if we are killed."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes, temporary: Path) -> None:
    """Replaces a small file as a whole: readers see the old or the new, also after a crash."""
    with temporary.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Removes a file, a link or a whole folder, write-protected ones too.

    Another process may be removing the same leftover; what remains is swept at the next start.
    """
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for folder, _, _ in os.walk(path):
        with suppress(FileNotFoundError):
            os.chmod(folder, 0o700)  # noqa: PTH101 - os.walk gives strings
    shutil.rmtree(path, ignore_errors=True)
