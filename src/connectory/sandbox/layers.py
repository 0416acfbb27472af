"""Whether this machine can lay a program's changes over a folder that stays as it is."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from connectory.sandbox.model import Command, Finished, Mount, SandboxUnavailable
from connectory.sandbox.trees import remove

PROBE = "echo changed > /probe/folder/file && echo made > /probe/folder/another"


async def possible(run: Callable[[Command], Awaitable[Finished]], directory: Path) -> bool:
    """Found out by doing it below ``directory``: it takes root, a kernel since 5.19 and a file
    system that lends itself to it, which another overlay does not."""
    place = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="layers", dir=directory))
    try:
        return await _works(run, place)
    finally:
        await asyncio.to_thread(remove, place)


async def _works(run: Callable[[Command], Awaitable[Finished]], place: Path) -> bool:
    below, changes = place / "below", place / "changes"
    changes.mkdir()
    (below / "folder").mkdir(parents=True)
    (below / "folder" / "file").write_text("as it was\n")
    mount = Mount(below, "/probe", changes=changes)
    try:
        finished = await run(Command(("sh", "-c", PROBE), mounts=(mount,)))
    except (SandboxUnavailable, OSError):
        return False
    return finished.ok and (below / "folder" / "file").read_text() == "as it was\n"
