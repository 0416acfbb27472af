"""What a tree consists of, and which trees an image may carry: decisions on plain data."""

import hashlib
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from connectory.artifacts.model import ArtifactRefused

LONGEST_PATH = 2048
MOST_HOPS = 40


class Kind(StrEnum):
    """The three things an image carries; sockets, devices and pipes are none of them."""

    DIRECTORY = "directory"
    FILE = "file"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `path` relative to the tree with `/`, `size` in bytes, `target` of a link."""

    path: str
    kind: Kind
    size: int = 0
    executable: bool = False
    target: str = ""


def digest_of(entries: Iterable[Entry]) -> str:
    """The SHA-256 of a listing, in hexadecimal: equal trees of names, kinds, sizes, targets."""
    digest = hashlib.sha256()
    for entry in entries:
        line = (entry.path, entry.kind, str(entry.size), str(entry.executable), entry.target)
        digest.update("\0".join(line).encode() + b"\0\n")
    return digest.hexdigest()


def leaves_tree(path: str, links: Mapping[str, str]) -> bool:
    """Whether the link at `path` ends outside its tree, following links within links.

    Looking at the text alone is not enough: `up/../x` stays inside unless `up` is itself a
    link to a higher folder. A loop counts as leaving: it leads nowhere worth keeping.
    """
    here = path.split("/")[:-1]
    todo = list(reversed(links[path].split("/")))
    if links[path].startswith("/"):
        return True
    hops = 0
    while todo:
        part = todo.pop()
        if part in {"", "."}:
            continue
        if part == "..":
            if not here:
                return True
            here.pop()
            continue
        here.append(part)
        further = links.get("/".join(here))
        if further is None:
            continue
        hops += 1
        if hops > MOST_HOPS or further.startswith("/"):
            return True
        here.pop()
        todo.extend(reversed(further.split("/")))
    return False


def check_links(entries: Iterable[Entry]) -> None:
    """Raises ArtifactRefused for the first link that leads out of the tree."""
    links = {entry.path: entry.target for entry in entries if entry.kind is Kind.LINK}
    for path, target in links.items():
        if leaves_tree(path, links):
            raise ArtifactRefused(path, f"the symbolic link to {target!r} leads out of the tree.")


def check_paths(entries: Iterable[Entry]) -> None:
    """Raises ArtifactRefused unless each entry has a plain path, once, in a listed folder.

    An archive that passes can be written out without ever walking through a link.
    """
    seen: set[str] = set()
    folders = {""}
    for entry in entries:
        check_path(entry.path)
        if entry.path in seen:
            raise ArtifactRefused(entry.path, "the entry appears twice.")
        if posixpath.dirname(entry.path) not in folders:
            raise ArtifactRefused(entry.path, "the folder it lies in is not part of the tree.")
        seen.add(entry.path)
        if entry.kind is Kind.DIRECTORY:
            folders.add(entry.path)


def check_path(path: str) -> None:
    """Raises ArtifactRefused for a path that is absolute, climbs, is too long or not UTF-8."""
    if any(part in {"", ".", ".."} for part in path.split("/")) or "\0" in path:
        raise ArtifactRefused(path, "the path does not stay in the tree.")
    if len(path) > LONGEST_PATH:
        raise ArtifactRefused(path[:80] + "...", f"the path is longer than {LONGEST_PATH}.")
    if not path.isascii() and not is_unicode(path):
        raise ArtifactRefused(printable(path), "the name is not valid UTF-8.")


def is_unicode(text: str) -> bool:
    """Whether a file name from the operating system was proper UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def printable(path: str) -> str:
    """A path that can be put in a message whatever its bytes were."""
    return path.encode(errors="surrogateescape").decode(errors="replace")
