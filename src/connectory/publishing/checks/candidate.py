"""What a check may read: the files of one commit and what connect.yaml says of them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from connectory.publishing import source
from connectory.specification import Application, Specification


@dataclass(frozen=True)
class Entry:
    """A file of the commit. ``id`` is Git's: equal ids, equal content."""

    path: str
    id: str
    size: int
    executable: bool = False
    link: bool = False


@dataclass(frozen=True)
class Candidate:
    """One commit, laid out below ``root``, where nothing of it ever runs.

    ``files`` are all of its files by path, links included. ``repository`` is the bare repository
    that holds ``commit`` and what of its history was fetched; None when there is no history.
    """

    root: Path
    files: Mapping[str, Entry]
    specification: Specification
    commit: str = ""
    repository: Path | None = None

    @property
    def applications(self) -> tuple[Application, ...]:
        return self.specification.applications

    def read(self, path: str, limit: int = source.LARGEST) -> bytes | None:
        """A regular file's bytes; None when there is none, it is a link, or larger."""
        return source.read(self.root, path, limit) if path in self.files else None

    def text(self, path: str, limit: int = source.LARGEST_SEARCHED) -> str | None:
        data = self.read(path, limit)
        return None if data is None else data.decode("utf-8", "replace")

    def json(self, path: str) -> Mapping[str, Any] | None:
        """A JSON object; None when there is none or it is none."""
        try:
            value = msgspec.json.decode((self.read(path) or b"").removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def within(self, folder: str) -> tuple[Entry, ...]:
        """All files below a folder of the repository; ``""`` is its root."""
        start = f"{folder}/" if folder else ""
        return tuple(entry for path, entry in self.files.items() if path.startswith(start))

    def application_of(self, path: str) -> str | None:
        """The application whose folder holds ``path``; None for what several or none share."""
        top = path.split("/", maxsplit=1)[0]
        return top if any(one.name == top for one in self.applications) else None

    @cached_property
    def names(self) -> frozenset[str]:
        """Names in the root, folders and files."""
        return frozenset(path.split("/")[0] for path in self.files)


def fingerprint(entries: Iterable[Entry]) -> str:
    """Names the content of files with their paths: what a check's key is made of."""
    listed = [(each.path, each.id, each.executable, each.link) for each in entries]
    return hashlib.sha256(msgspec.json.encode(sorted(listed))).hexdigest()
