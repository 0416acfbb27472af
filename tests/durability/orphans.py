"""Finding what a dead platform left running: its orphans become children of this process."""

import ctypes
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectory.sandbox.watchman import WATCH

PR_SET_CHILD_SUBREAPER = 36
WATCHMAN = (WATCH.strip().splitlines()[0], "sleep 0.1 ")
"""Parts of the command lines of who ends what a killed platform leaves, and of what it calls."""


@contextmanager
def foster_parent() -> Iterator[None]:
    """Within the block, this process inherits every descendant whose parent dies: whatever a
    killed platform leaves is found by that, however little its environment or arguments say."""
    _subreaper(1)
    try:
        yield
    finally:
        _subreaper(0)


def inherited(known: set[int]) -> dict[int, str]:
    """Processes below this one, other than ``known``: their command lines by process id.

    Collects the ones that have ended.
    """
    found = {}
    parents = dict(_parents())
    for pid in parents:
        if _descends(pid, parents) and pid not in known and not _collected(pid):
            found[pid] = _command(pid)
    return found


def await_none(known: set[int], seconds: float = 60, but: tuple[str, ...] = ()) -> None:
    """Fails when something outlives a killed platform by more than ``seconds``, which are many
    only because the machine may be busy. What has one of ``but`` in its command line may stay."""
    until = time.monotonic() + seconds
    while left := [
        said for said in inherited(known).values() if not any(word in said for word in but)
    ]:
        assert time.monotonic() < until, f"outlived the platform: {left}"
        time.sleep(0.02)


def children() -> set[int]:
    """All processes below this one now."""
    parents = dict(_parents())
    return {pid for pid in parents if _descends(pid, parents)}


def _subreaper(on: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, on, 0, 0, 0) == 0


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield int(entry.name), int(fields[1])


def _descends(pid: int, parents: dict[int, int]) -> bool:
    parent = parents.get(pid, 0)
    while parent > 1 and parent != os.getpid():
        parent = parents.get(parent, 0)
    return parent == os.getpid()


def _collected(pid: int) -> bool:
    """Whether it has ended; nobody else collects what we inherited."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return _state(pid) in {"Z", "X", ""}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _command(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        return ""
