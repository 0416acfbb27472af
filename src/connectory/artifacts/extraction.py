"""Writes an archive out as a tree, believing nothing it says before it has been checked."""

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from connectory.artifacts.entries import Entry, Kind, check_links, check_paths
from connectory.artifacts.model import ArtifactRefused

CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry of an archive and where in it the file's bytes begin."""

    entry: Entry
    offset: int


def list_archive(archive: BinaryIO, prefix: str) -> list[Stored]:
    """What an archive holds below `prefix`, in its order, checked.

    Raises ArtifactRefused for devices, pipes, hard links, entries beside the prefix, paths that
    climb or repeat, and for anything that is not a tar archive.
    """
    try:
        with tarfile.open(fileobj=archive, mode="r:", errorlevel=2) as tar:
            members = [stored(member) for member in tar]
    except (tarfile.TarError, EOFError, UnicodeError, ValueError) as problem:
        raise ArtifactRefused("archive", f"it is not a readable tar archive: {problem}.") from None
    check_paths(item.entry for item in members)
    return list(below(prefix, members))


def stored(member: tarfile.TarInfo) -> Stored:
    """One tar member as data."""
    if member.isdir():
        return Stored(Entry(member.name, Kind.DIRECTORY), 0)
    if member.issym():
        return Stored(Entry(member.name, Kind.LINK, target=member.linkname), 0)
    if not member.isreg() or member.issparse():
        raise ArtifactRefused(member.name, "only files, folders and symbolic links are allowed.")
    entry = Entry(member.name, Kind.FILE, member.size, bool(member.mode & 0o111))
    return Stored(entry, member.offset_data)


def below(prefix: str, members: list[Stored]) -> Iterator[Stored]:
    """The members with their paths relative to the prefix; others than its parents are refused."""
    root = prefix + "/" if prefix else ""
    for item in members:
        path = item.entry.path
        if path.startswith(root):
            yield replace(item, entry=replace(item.entry, path=path[len(root) :]))
        elif not (root.startswith(path + "/") and item.entry.kind is Kind.DIRECTORY):
            raise ArtifactRefused(path, f"the layer may only hold entries below {prefix!r}.")


def extract(
    archive: BinaryIO, members: list[Stored], target: Path, owner: tuple[int, int] | None = None
) -> None:
    """Writes checked members into `target`, a folder that does not exist yet.

    Links come last, so that no file is ever written through one. `owner` is the user and group
    the tree is given to.
    """
    make_folder(str(target))
    descriptor = archive.fileno()
    for item in members:
        path = f"{target}/{item.entry.path}"
        if item.entry.kind is Kind.DIRECTORY:
            make_folder(path)
        elif item.entry.kind is Kind.FILE:
            write_file(descriptor, item, path)
    for item in members:
        if item.entry.kind is Kind.LINK:
            os.symlink(item.entry.target, f"{target}/{item.entry.path}")  # noqa: PTH211 - as above
    if owner is not None:
        give(target, [item.entry for item in members], owner)


def make_folder(path: str) -> None:
    """Makes a folder everybody may enter, whatever the umask."""
    os.mkdir(path)  # noqa: PTH102 - a Path per file doubles the time
    os.chmod(path, 0o755)  # noqa: PTH101, S103 - as above


def write_file(source: int, item: Stored, path: str) -> None:
    """Copies one file out of the archive; it must not exist yet."""
    mode = 0o755 if item.entry.executable else 0o644
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, mode)
    try:
        offset, left = item.offset, item.entry.size
        while left:
            data = os.pread(source, min(CHUNK, left), offset)
            if not data:
                raise ArtifactRefused(item.entry.path, "the archive ends in the middle of it.")
            os.write(descriptor, data)
            offset, left = offset + len(data), left - len(data)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def give(target: Path, entries: list[Entry], owner: tuple[int, int]) -> None:
    """Gives a tree to a user and group, links themselves included."""
    os.chown(target, *owner)
    for entry in entries:
        os.chown(f"{target}/{entry.path}", *owner, follow_symlinks=False)


def check_contained(members: list[Stored]) -> None:
    """Raises ArtifactRefused if a link among the members leads out of their tree."""
    check_links(item.entry for item in members)
