"""The `index.json` of an OCI image layout: which images there are, for us and for other tools."""

import fcntl
from collections.abc import Iterable
from pathlib import Path

import msgspec

from connectory.artifacts import layout
from connectory.artifacts.blobs import Blobs, locked, write_durably


class Index:
    """Changed by one process at a time and replaced as a whole, so that a crash cannot spoil it."""

    def __init__(self, directory: Path, blobs: Blobs) -> None:
        self.path = directory / "index.json"
        self.lock = directory / "index.lock"
        self.blobs = blobs
        self.change([])

    def change(self, added: list[layout.Document], dropped: Iterable[str] = ()) -> None:
        """Adds and drops images; `dropped` holds digests."""
        with locked(self.lock, fcntl.LOCK_EX):
            listed = self._lines()
            changed = listed | {line["digest"]: line for line in added}
            for digest in dropped:
                changed.pop(digest, None)
            if changed != listed or not self.path.exists():
                lines = [changed[digest] for digest in sorted(changed)]
                write_durably(self.path, layout.encode(layout.index(lines)), self.blobs.fresh())

    def digests(self) -> set[str]:
        """The digests of all images."""
        return set(self._lines())

    def subjects(self) -> dict[str, str]:
        """What each referrer is about, both by digest."""
        return {
            digest: line["annotations"][layout.SUBJECT]
            for digest, line in self._lines().items()
            if "artifactType" in line
        }

    def referrers(self, subject: str, kind: str) -> list[str]:
        """The digests of the manifests of one kind about `subject`, sorted."""
        return sorted(
            digest
            for digest, line in self._lines().items()
            if line.get("artifactType") == kind and line["annotations"][layout.SUBJECT] == subject
        )

    def _lines(self) -> dict[str, layout.Document]:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        return {line["digest"]: line for line in msgspec.json.decode(data)["manifests"]}
