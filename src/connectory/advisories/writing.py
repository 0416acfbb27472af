"""A new copy, beside the old one until it is whole."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from connectory.advisories import osv, sources
from connectory.advisories.model import Advisory
from connectory.advisories.store import META, Copy, Meta

SCHEMA = """
CREATE TABLE advisories (
    package TEXT NOT NULL, id TEXT NOT NULL, modified TEXT NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (package, id)
) WITHOUT ROWID
"""
# The same id may come from two places: the newer one counts, whichever is read first.
INSERT = """
INSERT INTO advisories VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
SET modified = excluded.modified, record = excluded.record
WHERE (excluded.modified, excluded.record) > (modified, record)
"""
OFTEN = 2_000
Counted = Callable[[int], None]


def build(source: Path, scratch: Path, told: Counted) -> tuple[dict[str, Path], int]:
    """A SQLite file in ``scratch`` for each ecosystem the source speaks of, and how many of its
    pieces were no record. Raises ``sources.SourceRefused``."""
    opened: dict[str, sqlite3.Connection] = {}
    skipped = [0]
    try:
        for number, advisory in enumerate(_advisories(source, skipped)):
            if advisory.ecosystem not in opened:
                opened[advisory.ecosystem] = _create(scratch / f"{advisory.ecosystem}.fresh")
            opened[advisory.ecosystem].execute(INSERT, _row(advisory))
            if number % OFTEN == 0:
                told(number)
        for connection in opened.values():
            connection.commit()
    finally:
        for connection in opened.values():
            connection.close()
    return {name: scratch / f"{name}.fresh" for name in opened}, skipped[0]


def settle(folder: Path, ecosystem: str, fresh: Path) -> tuple[str, str, int, str]:
    """Give a built file its lasting name. Gives the name, the digest of what is in it, the number
    of its records and when the newest was modified."""
    digest, records, newest = _measured(fresh)
    place = folder / f"{ecosystem}-{digest[:16]}.sqlite"
    _to_disk(fresh)
    fresh.replace(place)
    return place.name, digest, records, newest


def publish(folder: Path, before: Meta, meta: Meta) -> None:
    """From here on the new copy is the copy. The files of the one before stay for those who are
    reading it, until the next time."""
    fresh = folder / f".{META}"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(meta), indent=2))
    _to_disk(fresh)
    fresh.replace(folder / META)
    _to_disk(folder)
    kept = {copy.file for one in (before, meta) for copy in one.ecosystems.values()}
    for file in folder.glob("*.sqlite"):
        if file.name not in kept:
            file.unlink(missing_ok=True)


def copied(before: Copy, updated: str) -> Copy:
    """The source says that nothing changed."""
    return msgspec.structs.replace(before, updated=updated)


def _advisories(source: Path, skipped: list[int]) -> Iterator[Advisory]:
    for raw in sources.records(source):
        try:
            yield from osv.advisories(raw)
        except osv.NotARecord:
            skipped[0] += 1


def _create(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    # Nothing to roll back to: what is not finished is thrown away.
    connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {SCHEMA}")
    return connection


def _row(advisory: Advisory) -> tuple[str, str, str, bytes]:
    record = msgspec.json.encode(advisory)
    return advisory.package, advisory.id, advisory.modified, record


def _measured(file: Path) -> tuple[str, int, str]:
    digest, count, newest = hashlib.sha256(), 0, ""
    connection = sqlite3.connect(file)
    try:
        query = "SELECT modified, record FROM advisories ORDER BY package, id"
        for count, (modified, record) in enumerate(connection.execute(query), 1):  # noqa: B007
            digest.update(record + b"\n")
            newest = max(newest, modified)
    finally:
        connection.close()
    return digest.hexdigest(), count, newest


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
