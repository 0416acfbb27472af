"""What a re-certification changes, ready for its page. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Document = Mapping[str, Any]
TONES = {"Added": "good", "Removed": "bad", "Changed": "look"}


class Line(NamedTuple):
    """``kind``: ``added``, ``removed``, ``place`` or nothing."""

    kind: str
    text: str


@dataclass(frozen=True)
class File:
    path: str
    change: str
    lines: tuple[Line, ...]

    @property
    def tone(self) -> str:
        return TONES.get(self.change, "")


class Count(NamedTuple):
    """How much of one kind has changed, and where on its page that is."""

    label: str
    number: int
    anchor: str


def files(difference: Document | None) -> tuple[File, ...]:
    found = difference["files"] if difference else ()
    return tuple(File(one["path"], one["change"], tuple(_lines(one))) for one in found)


def counts(difference: Document | None) -> tuple[Count, ...]:
    if difference is None:
        return ()
    scopes = len(difference["scopesAdded"]) + len(difference["scopesRemoved"])
    return (
        Count("Configuration keys", len(difference["configuration"]), "configuration"),
        Count("Scopes", scopes, "scopes"),
        Count("Dependencies", len(difference["dependencies"]), "dependencies"),
        Count("Findings", len(difference["findings"]), "findings"),
        Count("Files", len(difference["files"]), "files"),
    )


def _lines(change: Document) -> Iterator[Line]:
    in_hunk = False
    for text in str(change.get("patch") or "").splitlines():
        in_hunk = in_hunk or text.startswith("@@")
        yield Line(_kind(text) if in_hunk else "place", text)


def _kind(text: str) -> str:
    if text.startswith("@@"):
        return "place"
    return {"+": "added", "-": "removed"}.get(text[:1], "")
