"""Writes a commit's files out as they are: no filters, no line endings, no links on the way."""

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from connectory.repositories import commands
from connectory.repositories.revision import RepositoryUnreachable
from connectory.repositories.running import Bounds, Surroundings, given_up, started, too_slow
from connectory.repositories.tree import EXECUTABLE, TreeEntry

PIECE = 1024 * 1024
Reader = Callable[[TreeEntry], Iterator[bytes]]


@contextmanager
def objects(
    repository: Path, entries: Iterable[TreeEntry], surroundings: Surroundings, bounds: Bounds
) -> Iterator[Reader]:
    """Gives a function that reads the entries' contents; call it once for each, in their order."""
    with tempfile.TemporaryFile() as wanted:
        wanted.writelines(f"{entry.id}\n".encode() for entry in entries)
        wanted.seek(0)
        arguments = commands.read_objects(repository)
        with started(arguments, surroundings, bounds, wanted) as process, cut(process, bounds):
            yield lambda entry: content(process, entry, bounds)


@contextmanager
def cut(process: subprocess.Popen[bytes], bounds: Bounds) -> Iterator[None]:
    """Ends the process when its time is over, while somebody waits for its next byte."""
    timer = threading.Timer(bounds.seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def content(process: subprocess.Popen[bytes], entry: TreeEntry, bounds: Bounds) -> Iterator[bytes]:
    """The next object on the stream, which must be the entry's, in pieces."""
    assert process.stdout is not None  # noqa: S101 - a pipe, see running.start()
    if bounds.stop.is_set():
        raise given_up()
    if process.stdout.readline() != f"{entry.id} blob {entry.size}\n".encode():
        raise interrupted(process, bounds)
    left = entry.size
    while left:
        data = process.stdout.read(min(PIECE, left))
        if not data:
            raise interrupted(process, bounds)
        left -= len(data)
        yield data
    process.stdout.read(1)


def interrupted(process: subprocess.Popen[bytes], bounds: Bounds) -> RepositoryUnreachable:
    """Why a stream of objects ended early."""
    if process.wait() == -signal.SIGKILL:
        return too_slow(bounds)
    return RepositoryUnreachable("The fetched repository is not complete.")


def write_out(entries: Iterable[TreeEntry], read: Reader, target: Path) -> dict[str, str]:
    """Writes folders and files below `target`; gives the links, path to target, not yet made."""
    links: dict[str, str] = {}
    for entry in entries:
        path = f"{target}/{entry.path}"
        if entry.kind != "blob":
            os.mkdir(path)  # noqa: PTH102 - a Path per file doubles the time
            os.chmod(path, 0o755)  # noqa: PTH101, S103 - as above, whatever the umask
        elif entry.is_link:
            links[entry.path] = b"".join(read(entry)).decode(errors="surrogateescape")
        else:
            with open(path, "xb", opener=private_opener) as file:
                write_file(file, entry, read)
    return links


def private_opener(path: str, flags: int) -> int:
    """Opens a file to be made, never through a link."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)


def write_file(file: IO[bytes], entry: TreeEntry, read: Reader) -> None:
    """Writes one file with the one permission Git keeps."""
    for data in read(entry):
        file.write(data)
    os.fchmod(file.fileno(), 0o755 if entry.mode == EXECUTABLE else 0o644)


def make_links(links: dict[str, str], target: Path) -> None:
    """Makes the checked links, when every file is already in its place."""
    for path, leads_to in links.items():
        os.symlink(leads_to, f"{target}/{path}")  # noqa: PTH211 - a Path per file doubles the time
