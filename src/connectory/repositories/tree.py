"""The entries of a commit, and which of them are refused: decisions on plain data."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectory.artifacts.entries import leaves_tree
from connectory.repositories.revision import RepositoryRefused

LONGEST_PATH = 1024
LONGEST_NAME = 255
LONGEST_TARGET = 4095
DEEPEST = 200
"""Folders in folders: what walks or copies a tree may do it by recursion."""
LINE = re.compile(rb"(\d{5,6}) (\w+) ([0-9a-f]{40}) +(\d+|-)\t(.+)", re.DOTALL)
# Names that file systems of other machines take for `.git`: NTFS short names, streams, trailing
# dots and spaces; code points that HFS+ leaves out are dropped before comparing.
DISGUISE = re.compile(r"(?:\.git|git~[0-9]+)[. ]*(?::.*)?", re.IGNORECASE | re.DOTALL)
LINK, EXECUTABLE, SUBMODULE, FOLDER = "120000", "100755", "160000", "040000"


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry: Git's mode, kind (`blob`, `tree`, `commit`), object id, bytes, path."""

    mode: str
    kind: str
    id: str
    size: int
    path: str

    @property
    def is_link(self) -> bool:
        return self.mode == LINK

    @property
    def is_file(self) -> bool:
        return self.kind == "blob" and not self.is_link


def parse(listing: bytes) -> list[TreeEntry]:
    """Reads the output of `git ls-tree -z -l`. Raises RepositoryRefused for names not in UTF-8."""
    return [parse_line(line) for line in listing.split(b"\0") if line]


def parse_line(line: bytes) -> TreeEntry:
    """One entry of a listing."""
    match = LINE.fullmatch(line)
    if match is None:
        raise RepositoryRefused("The repository has an entry that cannot be understood.")
    mode, kind, identity, size, path = match.groups()
    try:
        name = path.decode()
    except UnicodeDecodeError:
        shown = path.decode(errors="replace")
        raise RepositoryRefused(f"The name {shown!r} is not valid UTF-8.") from None
    count = 0 if size == b"-" else int(size)
    return TreeEntry(mode.decode().zfill(6), kind.decode(), identity.decode(), count, name)


def check_tree(entries: Iterable[TreeEntry], max_files: int, max_bytes: int) -> None:
    """Raises RepositoryRefused, naming the entry, for a tree that is not safe to write out.

    Names that differ only in case are accepted: they are harmless here. Links need their
    targets and are checked by `check_links`.
    """
    folders, seen, total = {""}, set[str](), 0
    for entry in entries:
        check_name(entry.path)
        if entry.path in seen or entry.path.rpartition("/")[0] not in folders:
            raise RepositoryRefused(f"The entry {entry.path!r} clashes with another one.")
        seen.add(entry.path)
        if entry.kind == "tree":
            folders.add(entry.path)
        if entry.is_link and entry.size > LONGEST_TARGET:
            raise RepositoryRefused(f"The symbolic link {entry.path!r} has no real target.")
        total += entry.size
        if len(seen) > max_files:
            raise RepositoryRefused(f"The repository has more than {max_files} files.")
        if total > max_bytes:
            raise RepositoryRefused(f"The files take more than {max_bytes // 1024**2} MiB.")


def check_name(path: str) -> None:
    """Raises RepositoryRefused for a path no honest project has."""
    if len(path.encode()) > LONGEST_PATH:
        raise RepositoryRefused(f"The path {path[:60]!r}... is longer than {LONGEST_PATH} bytes.")
    if path.count("/") > DEEPEST:
        raise RepositoryRefused(f"The path {path[:60]!r}... is more than {DEEPEST} folders deep.")
    if any(unicodedata.category(character) == "Cc" or character == "\\" for character in path):
        raise RepositoryRefused(f"The name {path!r} has control characters or backslashes.")
    for name in path.split("/"):
        if name in {"", ".", ".."} or len(name.encode()) > LONGEST_NAME:
            raise RepositoryRefused(f"The path {path!r} is not a plain path.")
        if is_git_folder(name):
            raise RepositoryRefused(f"The path {path!r} passes for Git's own folder.")


def is_git_folder(name: str) -> bool:
    """Whether some file system takes this name for `.git`."""
    visible = "".join(letter for letter in name if unicodedata.category(letter) != "Cf")
    return DISGUISE.fullmatch(unicodedata.normalize("NFKC", visible)) is not None


def check_links(targets: Mapping[str, str]) -> None:
    """Raises RepositoryRefused for a symbolic link (path to target) that leaves the tree."""
    for path, target in targets.items():
        if not target or "\0" in target or leaves_tree(path, targets):
            raise RepositoryRefused(f"The symbolic link {path!r} leads out of the repository.")
