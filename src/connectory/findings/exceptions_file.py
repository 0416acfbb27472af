"""Reading ``connectory-exceptions.yaml``: a stranger's file, every problem with its line."""

import re
from dataclasses import dataclass
from datetime import date

from connectory.findings.exceptions import FILE, INVALID, LONGEST, SHORTEST_REASON, Waiver
from connectory.findings.model import Finding
from connectory.specification import SpecificationInvalid
from connectory.specification.nodes import Mapping, Node, Scalar, Sequence, kind_of
from connectory.specification.problem import quoted

MOST = 200
MOST_SIZE = 64 * 1024
LONGEST_TEXT = 1000
REQUIRED = ("rule", "reason", "expires")
OPTIONAL = ("application", "path", "about")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Exceptions:
    """The entries that can be read, and what is wrong with the others."""

    waivers: tuple[Waiver, ...] = ()
    findings: tuple[Finding, ...] = ()


class _EntryError(Exception):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def read(content: bytes | None, today: date) -> Exceptions:
    """The file's entries; none when there is no file. An entry that breaks a rule applies to
    nothing and is a finding; the others still count."""
    if content is None:
        return Exceptions()
    if len(content) > MOST_SIZE:
        return Exceptions((), (_finding(f"{FILE} is larger than {MOST_SIZE // 1024} KiB", 1),))
    # the YAML library takes a tenth of a second to load: not without a file
    from connectory.specification import reading

    try:
        root = reading.read(content)
    except SpecificationInvalid as invalid:
        found = (_finding(one.message, one.line) for one in invalid.problems[:MOST])
        return Exceptions((), tuple(found))
    return _entries(root, today)


def _entries(root: Node, today: date) -> Exceptions:
    if isinstance(root, Scalar) and root.value is None:
        return Exceptions()
    if not isinstance(root, Sequence):
        said = f"{FILE} must be a list of exceptions, it is of type {kind_of(root)}"
        return Exceptions((), (_finding(said, root.place.line),))
    waivers, findings = [], []
    for entry in root.items[:MOST]:
        try:
            waivers.append(_waiver(entry, today))
        except _EntryError as wrong:
            findings.append(_finding(str(wrong), wrong.line))
    if len(root.items) > MOST:
        line = root.items[MOST].place.line
        findings.append(_finding(f"Only the first {MOST} exceptions are read", line))
    return Exceptions(tuple(waivers), tuple(findings))


def _waiver(entry: Node, today: date) -> Waiver:
    if not isinstance(entry, Mapping):
        raise _EntryError(
            f"An exception must be an object, this is of type {kind_of(entry)}", entry.place.line
        )
    for key, place in entry.keys.items():
        if key not in {*REQUIRED, *OPTIONAL}:
            raise _EntryError(f"An exception has no key '{quoted(key, 60)}'", place.line)
    texts = {key: _text(entry, key) for key in entry.entries}
    for key in REQUIRED:
        if not texts.get(key):
            raise _EntryError(f"The exception has no {key}", entry.place.line)
    return Waiver(
        rule=texts["rule"],
        reason=_reason(texts["reason"], entry),
        expires=_expires(texts["expires"], entry, today),
        application=texts.get("application"),
        path=texts.get("path"),
        about=texts.get("about"),
        line=entry.place.line,
    )


def _text(entry: Mapping, key: str) -> str:
    value = entry.entries[key]
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        said = f"The exception's {key} must be text, it is of type {kind_of(value)}"
        said += ": put it in quotes" if isinstance(value, Scalar) else ""
        raise _EntryError(said, entry.keys[key].line)
    text = value.value.strip()
    if len(text) > LONGEST_TEXT:
        raise _EntryError(
            f"The exception's {key} is longer than {LONGEST_TEXT} characters", entry.keys[key].line
        )
    return text


def _reason(text: str, entry: Mapping) -> str:
    if len(text) < SHORTEST_REASON:
        said = f"The exception's reason must have at least {SHORTEST_REASON} characters"
        raise _EntryError(said, entry.keys["reason"].line)
    return text


def _expires(text: str, entry: Mapping, today: date) -> date:
    line = entry.keys["expires"].line
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        said = f"The exception's expires must be a date (YYYY-MM-DD), not '{quoted(text, 40)}'"
        raise _EntryError(said, line)
    if day - today > LONGEST:
        raise _EntryError(f"The exception expires more than a year ahead, on {text}", line)
    return day


def _finding(what: str, line: int) -> Finding:
    return Finding(INVALID.name, INVALID.severity, what, path=FILE, line=line, about=f"line {line}")
