"""Reading a commit's exported files: nothing is followed, nothing large is taken."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

LARGEST = 32 * 1024 * 1024
LARGEST_SEARCHED = 1024 * 1024


def read(root: Path, path: str, limit: int = LARGEST) -> bytes | None:
    """A regular file of the commit; None when there is none, or a link, or it is too large."""
    if not is_folder(root, path.rpartition("/")[0]):
        return None
    try:
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return None
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def is_folder(root: Path, path: str) -> bool:
    """Whether ``path`` is a folder of the commit with no link on the way."""
    here = root
    for part in path.split("/") if path else ():
        here = here / part
        if here.is_symlink():
            return False
    return here.is_dir()


def names(root: Path, path: str) -> frozenset[str]:
    """What lies right in a folder."""
    return frozenset(os.listdir(root / path)) if is_folder(root, path) else frozenset()  # noqa: PTH208


def mentioned(root: Path, folder: str, others: Iterable[str]) -> frozenset[str]:
    """Which folders of the root the files of ``folder`` name by a relative path (``../other``)."""
    waiting = {name: re.compile(rb"\.\./" + re.escape(name.encode()) + rb"(?![\w-])")
               for name in others}  # fmt: skip
    found: set[str] = set()
    for text in _texts(root / folder):
        found |= {name for name, pattern in waiting.items() if pattern.search(text)}
        for name in found:
            waiting.pop(name, None)
        if not waiting:
            break
    return frozenset(found)


def _texts(folder: Path) -> Iterator[bytes]:
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "node_modules"]
        for name in files:
            data = read(Path(path), name, LARGEST_SEARCHED)
            if data is not None and b"../" in data:
                yield data
