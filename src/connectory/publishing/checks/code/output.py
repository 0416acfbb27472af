"""ast-grep's output as frozen data."""

from collections.abc import Iterable

import msgspec

LONGEST_TEXT = 2_000
"""Characters of code that are kept of a match."""


class Found(msgspec.Struct, frozen=True):
    """A match in a file that is known by its content."""

    rule: str
    line: int
    text: str
    captures: dict[str, str]


class Unread(msgspec.Struct, frozen=True):
    """A file that the engine cannot be made to finish."""

    reason: str


Result = tuple[Found, ...] | Unread


def results(said: bytes, files: Iterable[str]) -> dict[str, Result]:
    """What one run said, a JSON object a line, by file: in the order of the lines."""
    found: dict[str, list[Found]] = {name: [] for name in files}
    for line in said.splitlines():
        raw = _DECODER.decode(line)
        found[raw.file.rpartition("/")[2]].append(_found(raw))
    return {name: tuple(sorted(each, key=_order)) for name, each in found.items()}


class _Value(msgspec.Struct):
    text: str


class _Variables(msgspec.Struct):
    single: dict[str, _Value] = {}


class _Position(msgspec.Struct):
    line: int


class _Range(msgspec.Struct):
    start: _Position


class _Raw(msgspec.Struct, rename="camel"):
    text: str
    range: _Range
    file: str
    rule_id: str
    meta_variables: _Variables = msgspec.field(default_factory=_Variables)


_DECODER = msgspec.json.Decoder(_Raw)


def _found(raw: _Raw) -> Found:
    captures = {
        name: value.text[:LONGEST_TEXT] for name, value in sorted(raw.meta_variables.single.items())
    }
    return Found(raw.rule_id, raw.range.start.line + 1, raw.text[:LONGEST_TEXT], captures)


def _order(found: Found) -> tuple[int, str, str]:
    return found.line, found.rule, found.text
