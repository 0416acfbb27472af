"""Look at the commit's files: every check that needs nothing of it to run."""

import asyncio
from pathlib import Path

import msgspec

from connectory.findings import Examination
from connectory.findings.exceptions import FILE as EXCEPTIONS
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.registry import checks
from connectory.publishing.checks.running import examine as examine_all
from connectory.publishing.context import Publishing
from connectory.publishing.model import Plan
from connectory.publishing.steps.specification import lay_out, specify
from connectory.repositories.tree import EXECUTABLE, TreeEntry


class Examined(msgspec.Struct, frozen=True):
    """What each check found, and the text of the repository's exceptions, None without any."""

    examinations: tuple[Examination, ...]
    exceptions: bytes | None = None


async def examine(publishing: Publishing, run_id: str, plan: Plan) -> Examined:
    """Raises ``Rejected`` for a tree that is not safe to look at."""
    await lay_out(publishing, run_id, plan.revision)
    root = publishing.folder(run_id).source
    found = await candidate(publishing, plan, root)
    each = await examine_all(found, publishing.bench, await asyncio.to_thread(checks))
    return Examined(tuple(each), found.read(EXCEPTIONS))


async def candidate(publishing: Publishing, plan: Plan, root: Path) -> Candidate:
    revision, repositories = plan.revision, publishing.repositories
    depth = publishing.settings.history_depth
    entries, specification, history = await asyncio.gather(
        repositories.files(revision),
        specify(repositories, revision),
        repositories.history(revision, depth),
    )
    files = {one.path: entry(one) for one in entries}
    return Candidate(root, files, specification, plan.commit, history)


def entry(one: TreeEntry) -> Entry:
    return Entry(one.path, one.id, one.size, one.mode == EXECUTABLE, one.is_link)
