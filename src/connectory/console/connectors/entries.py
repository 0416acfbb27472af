"""A report's entries, taken apart for reading: the cause first, then the fix, then what shows it.
Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

LOUDNESS: Final = {"Error": ("Error", "bad"), "Warning": ("Warning", "look")}
FIXES: Final = ("Fix: ", "To fix the first: ")
WHERE: Final = "Full report: "
"""What the pipeline writes before a fix and before the address of the full report."""


@dataclass(frozen=True)
class Entry:
    """``kind`` and ``tone`` are how loud it is; ``evidence`` is what the lines after the cause
    say, in their order."""

    kind: str
    tone: str
    title: str
    application: str
    cause: str
    fix: str
    evidence: str
    created_at: str


def entries(report: Mapping[str, Any] | None) -> tuple[Entry, ...]:
    """What stops it comes first, else in the report's own order."""
    found = [_entry(one) for one in (report or {}).get("entries", ())]
    rank = {"bad": 0, "look": 1}
    return tuple(sorted(found, key=lambda one: rank.get(one.tone, 2)))


def causes(report: Mapping[str, Any] | None) -> tuple[Entry, ...]:
    """What stops it."""
    return tuple(one for one in entries(report) if one.tone == "bad")


def _entry(one: Mapping[str, Any]) -> Entry:
    kind, tone = LOUDNESS.get(one["type"], ("Information", "good"))
    lines = (one.get("message") or "").split("\n")
    fix, rest = _apart(lines[1:])
    return Entry(
        kind=kind,
        tone=tone,
        title=one["title"],
        application=one.get("application") or "",
        cause=lines[0],
        fix=fix,
        evidence="\n".join(rest).strip("\n"),
        created_at=one["createdAt"],
    )


def _apart(lines: Iterable[str]) -> tuple[str, list[str]]:
    """The first fix, and all that is neither that nor an address the page links to itself."""
    fix, rest = "", list[str]()
    for line in lines:
        found = next((one for one in FIXES if line.startswith(one)), None)
        if found and not fix:
            fix = line.removeprefix(found)
        elif not line.startswith(WHERE):
            rest.append(line)
    return fix, rest
