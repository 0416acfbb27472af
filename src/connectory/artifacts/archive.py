"""Writes a tree as one tar archive: the same bytes for the same content, on every machine.

Owner, group and times are zero, modes are 0644 or 0755, entries are sorted. Extended (PAX)
headers appear only for what a plain header cannot hold.
"""

import os
import stat
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from connectory.artifacts.entries import Entry, Kind
from connectory.artifacts.model import ArtifactRefused

BLOCK = 512
RECORD = 20 * BLOCK
CHUNK = 1024 * 1024
LARGEST_PLAIN = 8 * 1024**3 - 1
TYPES = {Kind.DIRECTORY: tarfile.DIRTYPE, Kind.FILE: tarfile.REGTYPE, Kind.LINK: tarfile.SYMTYPE}


class Sink(Protocol):
    """Where the bytes go."""

    def write(self, data: bytes, /) -> object: ...


def write_archive(tree: Path, entries: Iterable[Entry], prefix: str, sink: Sink) -> None:
    """Writes `entries` of `tree` below the folder `prefix` ("" for none).

    Raises ArtifactRefused if a file is replaced or changes its size meanwhile.
    """
    written = 0
    for folder in folders_of(prefix):
        sink.write(header(Entry(folder, Kind.DIRECTORY), folder))
        written += BLOCK
    root = prefix + "/" if prefix else ""
    for entry in entries:
        head = header(entry, root + entry.path)
        sink.write(head)
        written += len(head)
        if entry.kind is Kind.FILE:
            written += copy_file(tree, entry, sink)
    sink.write(bytes(2 * BLOCK + -(written + 2 * BLOCK) % RECORD))


def folders_of(prefix: str) -> list[str]:
    """The folders that lead to `prefix`, outermost first."""
    parts = prefix.split("/") if prefix else []
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def copy_file(tree: Path, entry: Entry, sink: Sink) -> int:
    """Copies one file's content, padded to whole blocks; gives the bytes written."""
    copied = 0
    for data in contents(f"{tree}/{entry.path}", entry):
        copied += len(data)
        if copied > entry.size:
            break
        sink.write(data)
    if copied != entry.size:
        raise ArtifactRefused(entry.path, "the file changed while it was being packed.")
    padding = -copied % BLOCK
    sink.write(bytes(padding))
    return copied + padding


def contents(path: str, entry: Entry) -> Iterator[bytes]:
    """A regular file's bytes, in pieces; a link or pipe put in its place is not opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        raise ArtifactRefused(entry.path, f"it cannot be read: {problem.strerror}.") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ArtifactRefused(entry.path, "the file changed while it was being packed.")
        while data := os.read(descriptor, CHUNK):
            yield data
    finally:
        os.close(descriptor)


def header(entry: Entry, name: str) -> bytes:
    """The tar header of one entry, by hand where it is plain: ten times faster than tarfile."""
    if entry.kind is Kind.DIRECTORY:
        name += "/"
    plain = name.isascii() and entry.target.isascii() and entry.size <= LARGEST_PLAIN
    if plain and len(name) <= 100 and len(entry.target) <= 100:
        return plain_header(entry, name.encode())
    return extended_header(entry, name)


def plain_header(entry: Entry, name: bytes) -> bytes:
    """A ustar header (POSIX.1-1988): fixed fields, numbers in octal, a checksum over all."""
    before = b"%s0000%o\0000000000\0000000000\000%011o\00000000000000\0" % (
        name.ljust(100, b"\0"),
        mode_of(entry),
        entry.size,
    )
    after = b"%s%sustar\00000" % (TYPES[entry.kind], entry.target.encode().ljust(100, b"\0"))
    after = after.ljust(BLOCK - 156, b"\0")
    checksum = sum(before) + sum(b"        ") + sum(after)
    return b"%s%06o\0 %s" % (before, checksum, after)


def extended_header(entry: Entry, name: str) -> bytes:
    """A header with PAX records for a long name, a name beyond ASCII, or a very large file."""
    info = tarfile.TarInfo(name)
    info.type = TYPES[entry.kind]
    info.mode = mode_of(entry)
    info.size = entry.size
    info.linkname = entry.target
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def mode_of(entry: Entry) -> int:
    """0755 for what can be run or entered, 0644 for the rest; nothing else survives."""
    return 0o644 if entry.kind is Kind.FILE and not entry.executable else 0o755
