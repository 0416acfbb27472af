"""Gather what reviewers judge by, while the commit's files are at hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator

from connectory.certification.difference import MOST_PATCHES, changed_files, patch
from connectory.certification.evidence import (
    DOCUMENT,
    Change,
    Dependency,
    Evidence,
    File,
    FileChange,
    Text,
    Trial,
    listing_of,
)
from connectory.certification.review import Review
from connectory.certification.store import evidence_of_run, last_granted, save_evidence
from connectory.durable import Run
from connectory.findings.report import FullReport
from connectory.publishing import report
from connectory.publishing.checks.candidate import Candidate
from connectory.publishing.context import Publishing
from connectory.publishing.model import Plan
from connectory.publishing.steps.examine import entry
from connectory.publishing.steps.specification import lay_out, specify
from connectory.repositories import RepositoryError, Revision
from connectory.wire import replace

LARGEST_TEXT = 256 * 1024
"""Bytes of a document that is read, or compared."""
MOST_TEXTS = 200
PATCHING = 60.0
"""Seconds for all patches; what comes later is named without one."""


async def gather(
    publishing: Publishing, run: Run, plan: Plan, full: FullReport, trials: tuple[Trial, ...]
) -> None:
    """Keeps the evidence of the run. Raises ``Rejected`` for a tree not safe to look at."""
    await lay_out(publishing, run.id, plan.revision)
    candidate = await _candidate(publishing, run, plan)
    stored = await publishing.database.read(lambda c: report.current(c, run))
    files = tuple(File(one.path, one.id, one.size) for one in candidate.files.values())
    seen = Evidence(
        commit=plan.commit,
        tree=plan.tree,
        files=files,
        texts=await asyncio.to_thread(lambda: tuple(_texts(candidate))),
        dependencies=await asyncio.to_thread(lambda: tuple(_dependencies(candidate))),
        listing=listing_of(stored.staged),
        report=full,
        trials=trials,
    )
    compared = await _compared(publishing, candidate, seen, stored.staged.id)
    await publishing.database.write(lambda c: save_evidence(c, run.id, compared))


async def _candidate(publishing: Publishing, run: Run, plan: Plan) -> Candidate:
    root = publishing.folder(run.id).source
    entries, specification = await asyncio.gather(
        publishing.repositories.files(plan.revision),
        specify(publishing.repositories, plan.revision),
    )
    return Candidate(root, {one.path: entry(one) for one in entries}, specification, plan.commit)


def _texts(candidate: Candidate) -> Iterator[Text]:
    """Documents and package.json files, those nearest to the root first."""
    wanted = [
        path
        for path in candidate.files
        if DOCUMENT.search(path) or path.rpartition("/")[2] == "package.json"
    ]
    for path in sorted(wanted, key=lambda one: (one.count("/"), one))[:MOST_TEXTS]:
        text = candidate.text(path, LARGEST_TEXT)
        if text is not None:
            yield Text(path, text)


def _dependencies(candidate: Candidate) -> Iterator[Dependency]:
    """Every package that a lockfile pins."""
    # loaded with the first run, for a fast start
    from connectory.publishing.checks.dependencies.check import subjects
    from connectory.publishing.checks.dependencies.places import places
    from connectory.publishing.checks.dependencies.telling import Subject

    for one in subjects(candidate, places(candidate)):
        if isinstance(one, Subject):
            found = {(p.name, p.version) for p in one.graph.lock.packages.values() if not p.local}
            yield from (Dependency(one.graph.place.path, *each) for each in sorted(found))


async def _compared(
    publishing: Publishing, candidate: Candidate, seen: Evidence, connector_id: str
) -> Evidence:
    """With what has changed since the certified version, if there is one."""
    granted = await publishing.database.read(lambda c: last_granted(c, connector_id))
    if granted is None:
        return seen
    before = await publishing.database.read(lambda c: evidence_of_run(c, granted.run_id))
    changes = changed_files(before.files, seen.files)
    patched = tuple([one async for one in _patched(publishing, candidate, granted, changes)])
    return replace(seen, since=granted.id, changes=patched)


async def _patched(
    publishing: Publishing, candidate: Candidate, granted: Review, changes: Iterable[FileChange]
) -> AsyncIterator[FileChange]:
    from connectory.publishing.checks.dependencies.lockfiles import READERS

    until, left = time.monotonic() + PATCHING, MOST_PATCHES
    before = Revision(granted.url, granted.tag, granted.commit, granted.tree)
    for one in changes:
        if left <= 0 or time.monotonic() > until or one.path.rpartition("/")[2] in READERS:
            yield one  # what a lockfile changes is said by its dependencies
            continue
        said = await _patch(publishing, candidate, before, one)
        left -= len(said)
        yield replace(one, patch=said or None)


async def _patch(
    publishing: Publishing, candidate: Candidate, before: Revision, one: FileChange
) -> str:
    """Nothing for what is no text, too long, or no longer at hand."""
    old = None
    if one.change is not Change.ADDED:
        old = await _earlier(publishing, before, one.path)
        if old is None:
            return ""
    new = candidate.read(one.path, LARGEST_TEXT)
    if (new is None and one.change is not Change.REMOVED) or b"\0" in (old or b"") + (new or b""):
        return ""
    return await asyncio.to_thread(patch, one.path, _decoded(old), _decoded(new))


async def _earlier(publishing: Publishing, before: Revision, path: str) -> bytes | None:
    """The file of the certified commit, which this machine may have let go of."""
    try:
        return await publishing.repositories.read(before, path, LARGEST_TEXT)
    except (RepositoryError, OSError):
        return None  # a patch less to read: the file is named all the same


def _decoded(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "replace")
