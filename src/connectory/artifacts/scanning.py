"""Lists a folder as entries, in one order on every machine."""

import os
import stat
from pathlib import Path

from connectory.artifacts.entries import Entry, Kind, check_path, check_paths, is_unicode
from connectory.artifacts.model import ArtifactRefused

LARGEST_TREE = 8 * 1024**3


def scan(tree: Path, exclude: frozenset[str] = frozenset()) -> list[Entry]:
    """All entries of `tree`, sorted by path, links not followed.

    `exclude` holds paths relative to the tree; an excluded folder goes with all it holds.
    Raises ArtifactRefused for sockets, pipes, devices and names that are not UTF-8.
    """
    found: list[Entry] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        for entry in list_folder(tree, folder, exclude):
            found.append(entry)
            if entry.kind is Kind.DIRECTORY:
                folders.append(entry.path + "/")
    found.sort(key=lambda entry: entry.path)
    check_paths(found)
    check_size(found)
    return found


def check_size(entries: list[Entry]) -> None:
    """Raises ArtifactRefused beyond what anybody could mean: holes take no disk, only time."""
    total = 0
    for entry in entries:
        total += entry.size
        if total > LARGEST_TREE:
            raise ArtifactRefused(entry.path, "the files are larger than 8 GiB together.")


def list_folder(tree: Path, folder: str, exclude: frozenset[str]) -> list[Entry]:
    """The entries right inside one folder of the tree, in no order."""
    with os.scandir(f"{tree}/{folder}") as listing:
        return [
            describe(item, path) for item in listing if (path := folder + item.name) not in exclude
        ]


def describe(item: os.DirEntry[str], path: str) -> Entry:
    """One entry of a folder as data."""
    check_path(path)
    if item.is_symlink():
        return describe_link(item, path)
    if item.is_dir(follow_symlinks=False):
        return Entry(path, Kind.DIRECTORY)
    status = item.stat(follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        raise ArtifactRefused(path, "only files, folders and symbolic links can be packed.")
    return Entry(path, Kind.FILE, status.st_size, bool(status.st_mode & 0o111))


def describe_link(item: os.DirEntry[str], path: str) -> Entry:
    """A symbolic link, with where it points."""
    target = os.readlink(item.path)  # noqa: PTH115 - a Path per file doubles the time of a scan
    if not is_unicode(target):
        raise ArtifactRefused(path, "the target of the symbolic link is not valid UTF-8.")
    return Entry(path, Kind.LINK, target=target)
