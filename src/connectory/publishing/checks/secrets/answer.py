"""What the scanner says, as far as we want to know it: where, of what kind, never what."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

LARGEST_ANSWER = 128 << 20


class Leak(msgspec.Struct, frozen=True):
    """A place that holds a secret. ``start`` and ``end`` are its first and last byte in the line,
    counted from 0; ``commit`` is empty for a file of the tree."""

    kind: str
    confidence: str
    path: str
    line: int
    start: int
    end: int
    commit: str = ""


class Answer(msgspec.Struct, frozen=True):
    """``whole`` is false when the scanner could not look at everything, which it does not call a
    failure."""

    leaks: tuple[Leak, ...] = ()
    whole: bool = True


class _Rule(msgspec.Struct):
    id: str


class _Commit(msgspec.Struct):
    id: str = ""


class _Git(msgspec.Struct):
    commit: _Commit = msgspec.field(default_factory=_Commit)


class _Where(msgspec.Struct):
    path: str = ""
    line: int = 0
    column_start: int = 0
    column_end: int = 0
    confidence: str = ""
    git_metadata: _Git | None = None


class _Finding(msgspec.Struct):
    rule: _Rule
    finding: _Where


class _Summary(msgspec.Struct):
    scan_partial: int
    scan_failed: int


class _Audit(msgspec.Struct):
    summary: _Summary


class _Said(msgspec.Struct):
    findings: list[_Finding]
    audit: _Audit


def read(path: Path) -> Answer | None:
    """Every place once, in order; None when the file is no answer."""
    try:
        if path.stat().st_size > LARGEST_ANSWER:
            return None
        said = msgspec.json.decode(path.read_bytes(), type=_Said)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    summary = said.audit.summary
    whole = not summary.scan_partial and not summary.scan_failed
    return Answer(_in_order([_leak(one) for one in said.findings]), whole)


def _leak(one: _Finding) -> Leak:
    where = one.finding
    return Leak(
        kind=_kind(one.rule.id),
        confidence=where.confidence,
        path=where.path.removeprefix("./"),
        line=where.line,
        start=where.column_start,
        end=where.column_end,
        commit=where.git_metadata.commit.id if where.git_metadata else "",
    )


def _kind(rule: str) -> str:
    """``github-pat`` of ``betterleaks.github-pat``, ``paypal`` of ``kingfisher.paypal.1``."""
    words = rule.rpartition("/")[2].split(".")
    named = [word for word in words if not word.isdecimal()]
    return named[-1] if named else rule


def _in_order(leaks: Sequence[Leak]) -> tuple[Leak, ...]:
    """Sorted; where two rules match at one place, the more certain one speaks."""
    certain = {"high": 0, "medium": 1}
    best: dict[tuple[str, str, int, int], Leak] = {}
    ranked = sorted(leaks, key=lambda one: (certain.get(one.confidence, 2), one.kind, one.end))
    for one in ranked:
        best.setdefault((one.commit, one.path, one.line, one.start), one)
    return tuple(sorted(best.values(), key=lambda one: (one.path, one.line, one.start, one.commit)))
