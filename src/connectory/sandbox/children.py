"""Starting, watching and ending processes from any event loop in any thread."""

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Child = subprocess.Popen[bytes]


class Starter:
    """Starts every child from one thread that lives as long as the platform.

    The kernel's "die with the parent" follows the thread that forked, not the process: a child
    started by a short-lived worker loop would be killed when that loop's thread ends.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")

    async def start(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        merged: bool,
        descriptors: Sequence[int] = (),
        folder: str | None = None,
    ) -> Child:
        def fork() -> Child:
            return subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merged else subprocess.PIPE,
                env=environment,
                pass_fds=descriptors,
                cwd=folder,
                start_new_session=True,
            )

        return await self.begin(fork, _discard)

    async def begin(self, fork: Callable[[], T], discard: Callable[[T], None]) -> T:
        """What `fork` has started. A fork cannot be called off: when nobody waits any more, what
        it started would have nobody, and is discarded."""
        starting = asyncio.get_running_loop().run_in_executor(self._thread, fork)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.shield(_discarded(starting, discard))
            raise

    def close(self) -> None:
        self._thread.shutdown(wait=False)


async def _discarded(starting: "asyncio.Future[T]", discard: Callable[[T], None]) -> None:
    with suppress(OSError):
        discard(await starting)


def _discard(child: Child) -> None:
    hang_up(child)
    kill(child)


async def exited(child: Child) -> int:
    """Wait for the end without a thread where the kernel offers it; the code as a shell counts."""
    if child.poll() is None:
        if hasattr(os, "pidfd_open"):
            await _readable(os.pidfd_open(child.pid))
        else:
            await _joined(child)
    code = child.wait()
    return code if code >= 0 else 128 - code


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def _joined(child: Child) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def watch() -> None:
        child.wait()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, daemon=True).start()
    await ended.wait()


def kill(child: Child) -> None:
    """End a child and, where it leads one, its process group; safe when it is gone already."""
    if child.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.kill()
    child.wait()


def hang_up(child: Child) -> None:
    """Close our ends of a child's pipes."""
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()


def below(pid: int) -> tuple[int, ...]:
    """Every descendant of `pid`, from one look at /proc."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents.setdefault(_parent(entry), []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return tuple(found)


def ask_to_stop(pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGTERM)


def wait_gone(pid: int, seconds: float = 20.0) -> None:
    """Block until a process that is not our child has ended, and its namespace with it. What
    inherits it may never collect it (a container's first process often does not): that is no
    reason to wait."""
    until = time.monotonic() + seconds
    while _status(Path(f"/proc/{pid}"))[0] != "Z" and time.monotonic() < until:
        time.sleep(0.002)


def _parent(entry: Path) -> int:
    return int(_status(entry)[1])


def _status(entry: Path) -> list[str]:
    """State and parent of a process; one that is gone counts as ended and nobody's child."""
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return ["Z", "-1"]
