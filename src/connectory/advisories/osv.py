"""From an OSV record to advisories (https://ossf.github.io/osv-schema/): decisions on data."""

import re
import unicodedata
from typing import Any

import msgspec

from connectory.advisories.model import ECOSYSTEMS, Advisory, Event, Rating, Turn
from connectory.advisories.rating import rated
from connectory.advisories.versions import normal_name

LONGEST = 160
EMBEDDED_MALICIOUS_CODE = "CWE-506"
BOUND = re.compile(r"^\s*(<=?)\s*(\S+)\s*$")


class NotARecord(ValueError):  # noqa: N818 - says it better
    """The bytes are no OSV record."""


class _Package(msgspec.Struct):
    ecosystem: str
    name: str


class _Range(msgspec.Struct):
    type: str
    events: list[dict[str, str]] = []


class _Affected(msgspec.Struct):
    package: _Package | None = None
    ranges: list[_Range] | None = None
    versions: list[str] | None = None
    database_specific: dict[str, Any] | None = None
    severity: list[dict[str, Any]] | None = None


class _Record(msgspec.Struct):
    id: str
    modified: str = ""
    withdrawn: str | None = None
    aliases: list[str] | None = None
    summary: str | None = None
    details: str | None = None
    affected: list[_Affected] | None = None
    severity: list[dict[str, Any]] | None = None
    database_specific: dict[str, Any] | None = None


def advisories(raw: bytes) -> tuple[Advisory, ...]:
    """One advisory for each package the record speaks of; none when it was withdrawn.

    Raises ``NotARecord``.
    """
    try:
        record = msgspec.json.decode(raw, type=_Record)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise NotARecord(str(problem)) from None
    if record.withdrawn:
        return ()
    grouped: dict[tuple[str, str], list[_Affected]] = {}
    for affected in record.affected or ():
        if affected.package and (known := _ecosystem(affected.package.ecosystem)):
            name = normal_name(known, affected.package.name)
            grouped.setdefault((known, name), []).append(affected)
    return tuple(_advisory(record, key, parts) for key, parts in grouped.items())


def _ecosystem(name: str) -> str | None:
    """``Maven:https://repo.example.org`` is Maven too."""
    plain = name.partition(":")[0]
    return plain if plain in ECOSYSTEMS else None


def _advisory(record: _Record, key: tuple[str, str], parts: list[_Affected]) -> Advisory:
    specific = record.database_specific or {}
    ranges = (events for part in parts for events in _ranges(part))
    versions = (version for part in parts for version in part.versions or ())
    return Advisory(
        id=record.id,
        ecosystem=key[0],
        package=key[1],
        summary=_one_line(record.summary or record.details or ""),
        rating=_rating(record, parts),
        aliases=tuple(dict.fromkeys(record.aliases or ())),
        ranges=tuple(dict.fromkeys(ranges)),
        versions=tuple(dict.fromkeys(versions)),
        modified=record.modified,
        malicious=record.id.startswith("MAL-")
        or EMBEDDED_MALICIOUS_CODE in (specific.get("cwe_ids") or ()),
    )


def _rating(record: _Record, parts: list[_Affected]) -> Rating:
    """The database's own word goes before what the vectors come to, as in its pages."""
    words = [record.database_specific, *(part.database_specific for part in parts)]
    vectors = [*(record.severity or ()), *(one for part in parts for one in part.severity or ())]
    return rated([(word or {}).get("severity") for word in words], vectors)


def _ranges(part: _Affected) -> list[tuple[Event, ...]]:
    """Ranges over versions; those over Git commits say nothing of a published package."""
    over_versions = [one for one in part.ranges or () if one.type in {"SEMVER", "ECOSYSTEM"}]
    read = [_events(one) for one in over_versions]
    end = _known_end(part)
    return [(*events, end) if end and _is_open(events) else events for events in read if events]


def _events(one: _Range) -> tuple[Event, ...]:
    turns = {turn.value: turn for turn in Turn}
    pairs = (pair for event in one.events for pair in event.items())
    return tuple(Event(turns[name], version) for name, version in pairs
                 if name in turns and version != "*")  # fmt: skip


def _is_open(events: tuple[Event, ...]) -> bool:
    return all(event.turn is Turn.INTRODUCED for event in events)


def _known_end(part: _Affected) -> Event | None:
    """GitHub says here where a range without a fix ends: ``<= 1.2.3``."""
    text = (part.database_specific or {}).get("last_known_affected_version_range")
    match = BOUND.match(text) if isinstance(text, str) else None
    if match is None:
        return None
    return Event(Turn.LAST_AFFECTED if match[1] == "<=" else Turn.LIMIT, match[2])


def _one_line(text: str) -> str:
    """The first line as plain text: no control characters, nothing that turns its direction."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    plain = "".join(one for one in first if unicodedata.category(one) not in {"Cc", "Cf"})
    words = " ".join(plain.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
