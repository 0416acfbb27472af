"""Bring the local copy up to date. Whatever goes wrong, the copy there was stays whole."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectory.advisories import writing
from connectory.advisories.download import DownloadFailed, Tags, download
from connectory.advisories.model import ECOSYSTEMS
from connectory.advisories.sources import SourceRefused
from connectory.advisories.store import (
    Advisories,
    AdvisoriesUnreadable,
    Copy,
    Meta,
    Status,
    read_meta,
)

PUBLIC = "https://osv-vulnerabilities.storage.googleapis.com"
"""Where OSV offers each ecosystem as ``all.zip`` (https://google.github.io/osv.dev/data/)."""
SCRATCH = ".fresh-"


class UpdateFailed(Exception):  # noqa: N818 - says it better
    """Why there is no new copy, in a sentence for the operator."""


@dataclass(frozen=True)
class Progress:
    """``doing`` is ``downloading`` (bytes), ``reading`` (advisories) or ``unchanged``; ``total``
    is None when nobody knows it."""

    doing: str
    what: str
    done: int = 0
    total: int | None = None


Told = Callable[[Progress], None]


@dataclass(frozen=True)
class _Work:
    folder: Path
    scratch: Path
    before: Meta
    now: str
    told: Told


async def update(folder: Path, source: str = PUBLIC, told: Told = lambda _progress: None) -> Status:
    """Take over the records of ``source``: a zip, folder or file of OSV JSON records, the URL of a
    zip, or the URL below which each ecosystem has its ``all.zip``. Ecosystems that the source does
    not speak of stay as they are. ``told`` may be called from another thread.

    Raises ``UpdateFailed``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), _scratch(folder) as scratch:
        work = _Work(folder, scratch, _before(folder), _now(), told)
        try:
            remote = source.startswith(("https://", "http://"))
            fresh = await (_from_network(work, source.rstrip("/")) if remote
                           else _from_disk(work, Path(source)))  # fmt: skip
        except (SourceRefused, DownloadFailed) as problem:
            raise UpdateFailed(str(problem)) from problem
        meta = Meta({**work.before.ecosystems, **fresh})
        await asyncio.to_thread(writing.publish, folder, work.before, meta)
    return Advisories(folder).status()


async def _from_network(work: _Work, url: str) -> dict[str, Copy]:
    if url.endswith(".zip"):
        return await _fetched(work, url, None)
    fresh: dict[str, Copy] = {}
    for ecosystem in ECOSYSTEMS:
        fresh |= await _fetched(work, f"{url}/{ecosystem}/all.zip", ecosystem)
    return fresh


async def _fetched(work: _Work, url: str, ecosystem: str | None) -> dict[str, Copy]:
    """``ecosystem`` is the only one taken from there; None takes all."""
    known = {name: copy for name, copy in work.before.ecosystems.items() if copy.source == url}
    file = work.scratch / "all.zip"
    tags = await download(url, file, _tags(work, known), _downloading(work, url))
    if tags is None:
        work.told(Progress("unchanged", url))
        return {name: writing.copied(copy, work.now) for name, copy in known.items()}
    read = await asyncio.to_thread(_read, work, file, url, tags)
    file.unlink()
    return {name: copy for name, copy in read.items() if ecosystem in {None, name}}


def _tags(work: _Work, known: dict[str, Copy]) -> Tags:
    """Ask for what is new only if what is old is still there."""
    one = next(iter(known.values()), None)
    there = all((work.folder / copy.file).exists() for copy in known.values())
    return Tags(one.etag, one.last_modified) if one and there else Tags()


async def _from_disk(work: _Work, source: Path) -> dict[str, Copy]:
    if not source.exists():
        raise SourceRefused(f"There is no {source}.")
    return await asyncio.to_thread(_read, work, source, str(source.resolve()), Tags())


def _read(work: _Work, source: Path, named: str, tags: Tags) -> dict[str, Copy]:
    """Build and settle the files of one source."""
    built, skipped = writing.build(
        source, work.scratch, lambda done: work.told(Progress("reading", named, done))
    )
    settled = {name: writing.settle(work.folder, name, fresh) for name, fresh in built.items()}
    if sum(records for _, _, records, _ in settled.values()) <= skipped:
        raise SourceRefused(f"{named} holds no OSV records for {', '.join(ECOSYSTEMS)}.")
    return {
        name: Copy(*found, work.now, named, tags.etag, tags.last_modified, skipped)
        for name, found in settled.items()
    }


def _downloading(work: _Work, url: str) -> Callable[[int, int | None], None]:
    return lambda done, total: work.told(Progress("downloading", url, done, total))


def _before(folder: Path) -> Meta:
    try:
        return read_meta(folder)
    except AdvisoriesUnreadable:
        return Meta()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One update at a time; one that is killed lets go."""
    import fcntl

    with (folder / ".lock").open("wb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UpdateFailed("Another update is under way.") from None
        yield


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A place for what is not whole yet; what a killed update left is cleared away first."""
    for left in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(
        prefix=SCRATCH, dir=folder, ignore_cleanup_errors=True
    ) as scratch:
        yield Path(scratch)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
