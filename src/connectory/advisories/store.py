"""The local copy on disk: one SQLite file for each ecosystem, named by what is in it.

``meta.json`` says which files are the copy. It is replaced as a whole, so a reader sees the old
copy or the new one. A file never changes once it has its name.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from connectory.advisories.model import Advisory
from connectory.advisories.versions import normal_name

META = "meta.json"


class AdvisoriesUnreadable(Exception):  # noqa: N818 - a state of the disk
    """The copy is damaged; an update replaces it."""


class Copy(msgspec.Struct, frozen=True, omit_defaults=True):
    """One ecosystem's records. ``newest`` is when the newest of them was modified and ``updated``
    when the source was last asked, both RFC 3339; ``skipped`` counts what was no record."""

    file: str
    digest: str
    records: int
    newest: str
    updated: str
    source: str
    etag: str = ""
    last_modified: str = ""
    skipped: int = 0


class Meta(msgspec.Struct, frozen=True):
    ecosystems: dict[str, Copy] = {}


@dataclass(frozen=True)
class Status:
    """What there is to judge by. ``digest`` names the data: equal data, equal digest, wherever
    and whenever it was fetched. ``newest`` and ``updated`` are RFC 3339 times, empty without a
    copy."""

    present: bool
    digest: str = ""
    records: int = 0
    newest: str = ""
    updated: str = ""
    ecosystems: Mapping[str, Copy] = field(default_factory=dict)


@dataclass(frozen=True)
class Advisories:
    """Reads the copy in ``folder``. Blocks on the disk for well under a millisecond a package."""

    folder: Path

    def status(self) -> Status:
        """Raises ``AdvisoriesUnreadable``."""
        found = read_meta(self.folder).ecosystems
        if not found:
            return Status(present=False)
        copies = found.values()
        return Status(
            present=True,
            digest=_digest(found),
            records=sum(one.records for one in copies),
            newest=max(one.newest for one in copies),
            updated=min(one.updated for one in copies),
            ecosystems=found,
        )

    def of(self, ecosystem: str, name: str) -> tuple[Advisory, ...]:
        """All advisories about one package, by id; none when there are none, or no copy."""
        return self.about(ecosystem, (name,)).get(normal_name(ecosystem, name), ())

    def about(self, ecosystem: str, names: Iterable[str]) -> dict[str, tuple[Advisory, ...]]:
        """Advisories by (normal) name of package, for those that have any.

        Raises ``AdvisoriesUnreadable``.
        """
        copy = read_meta(self.folder).ecosystems.get(ecosystem)
        if copy is None:
            return {}
        wanted = {normal_name(ecosystem, name) for name in names}
        with _reading(self.folder / copy.file) as connection:
            found = {name: _rows(connection, name) for name in wanted}
        return {name: each for name, each in found.items() if each}


def read_meta(folder: Path) -> Meta:
    """Nothing when there is no copy. Raises ``AdvisoriesUnreadable``."""
    try:
        return msgspec.json.decode((folder / META).read_bytes(), type=Meta)
    except FileNotFoundError:
        return Meta()
    except (OSError, msgspec.DecodeError) as problem:
        raise AdvisoriesUnreadable(f"{META} cannot be read: {problem}") from problem


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    place = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(place, uri=True)) as opened:
            yield opened
    except (sqlite3.Error, msgspec.DecodeError) as problem:
        raise AdvisoriesUnreadable(f"{file.name} cannot be read: {problem}") from problem


def _rows(connection: sqlite3.Connection, name: str) -> tuple[Advisory, ...]:
    query = "SELECT record FROM advisories WHERE package = ? ORDER BY id"
    rows = connection.execute(query, (name,))
    return tuple(msgspec.json.decode(row[0], type=Advisory) for row in rows)


def _digest(copies: Mapping[str, Copy]) -> str:
    parts = sorted((name, copy.digest) for name, copy in copies.items())
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
