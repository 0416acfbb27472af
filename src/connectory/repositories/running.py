"""Runs Git: one process group, bounded in time, output and what it may write."""

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from connectory.repositories.revision import RepositoryRefused, RepositoryUnreachable
from connectory.repositories.settings import MIB

TICK = 0.1
PIECE = 64 * 1024
MOST_COMPLAINTS = 64 * 1024
MEMORY = 1024 * MIB
BLOCK = 512
"""Bytes in which POSIX counts the size of a file."""


@dataclass(frozen=True)
class Bounds:
    """How far one run may go: until `deadline` (monotonic seconds), `output` bytes of answer,
    `writes` bytes more in the folder `watched`; `stop` is set by whoever no longer wants it."""

    deadline: float
    seconds: float
    stop: threading.Event = field(default_factory=threading.Event)
    output: int = MIB
    watched: Path | None = None
    writes: int = 0


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `complaints` is its standard error, cut."""

    status: int
    output: bytes
    complaints: str


@dataclass(frozen=True)
class Surroundings:
    """What a run gets besides its arguments; `held` is a lock it keeps even if we are killed."""

    environment: Mapping[str, str]
    folder: Path
    run_as: tuple[int, int] | None = None
    held: int | None = None


def start(
    arguments: list[str], surroundings: Surroundings, stdin: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Starts Git in a session of its own, as the other user if we are root."""
    user, group = surroundings.run_as or (None, None)
    return subprocess.Popen(
        arguments,
        cwd=surroundings.folder,
        env=dict(surroundings.environment),
        stdin=stdin if stdin is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
        pass_fds=() if surroundings.held is None else (surroundings.held,),
    )


def run(arguments: list[str], surroundings: Surroundings, bounds: Bounds) -> Outcome:
    """Runs Git to its end. Raises RepositoryUnreachable when it goes beyond its bounds."""
    with started(arguments, surroundings, bounds) as process:
        answers, complaints = collect(process, bounds, watch(bounds))
        return Outcome(process.wait(), answers, complaints.decode(errors="replace"))


@contextlib.contextmanager
def started(
    arguments: list[str],
    surroundings: Surroundings,
    bounds: Bounds,
    stdin: IO[bytes] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A running Git of which nothing is left afterwards, however this block is left."""
    process = start(limited(arguments, bounds), surroundings, stdin)
    try:
        yield process
    finally:
        end(process)


def limited(arguments: list[str], bounds: Bounds) -> list[str]:
    """The command with no more memory than reading a repository takes, and no single file above
    what may be written: a server could fill all memory with names.

    The shell sets the limits before there is a Git that could start another without them.
    """
    limits = f"ulimit -d {MEMORY // 1024}"
    if bounds.watched is not None:
        limits += f"; ulimit -f {-(-bounds.writes // BLOCK)}"
    return ["sh", "-c", f'{limits}; exec "$@"', "sh", *arguments]


def end(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of the process group and takes the process's last word."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    process.wait()


def watch(bounds: Bounds) -> Callable[[], None]:
    """A check to be called now and then: time, interest, growth."""
    before = size_of(bounds.watched) if bounds.watched else 0

    def check() -> None:
        if bounds.stop.is_set():
            raise given_up()
        if time.monotonic() > bounds.deadline:
            raise too_slow(bounds)
        if bounds.watched and size_of(bounds.watched) - before >= bounds.writes:
            raise too_large(bounds.writes)

    return check


def given_up() -> RepositoryUnreachable:
    """For whoever still looks at a run that its caller cancelled."""
    return RepositoryUnreachable("Reading the repository was given up.")


def too_slow(bounds: Bounds) -> RepositoryUnreachable:
    """The one sentence for a server that does not get done."""
    return RepositoryUnreachable(
        f"The repository did not answer completely within {bounds.seconds:g} seconds."
    )


def too_large(limit: int) -> RepositoryUnreachable:
    """The one sentence for a repository beyond the limit."""
    return RepositoryUnreachable(f"The repository is larger than {limit / MIB:g} MiB.")


def collect(
    process: subprocess.Popen[bytes], bounds: Bounds, check: Callable[[], None]
) -> tuple[bytes, bytes]:
    """Reads both outputs to their ends; looks up at least every tenth of a second."""
    assert process.stdout is not None  # noqa: S101 - both are pipes, see start()
    assert process.stderr is not None  # noqa: S101
    answers, complaints = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ, (answers, bounds.output))
        selector.register(process.stderr, selectors.EVENT_READ, (complaints, MOST_COMPLAINTS))
        looked = time.monotonic()
        while selector.get_map():
            for key, _ in selector.select(TICK):
                take(selector, key)
            if len(answers) > bounds.output:
                raise RepositoryRefused("The repository has more entries than are accepted.")
            if time.monotonic() - looked >= TICK:
                check()
                looked = time.monotonic()
    check()
    return bytes(answers), bytes(complaints)


def take(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Takes the next piece of one output; of too many complaints the last part is kept."""
    data = os.read(key.fd, PIECE)
    kept, limit = key.data
    if not data:
        selector.unregister(key.fileobj)
    kept += data
    if limit == MOST_COMPLAINTS and len(kept) > limit:
        del kept[:-limit]


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder that may change while we look."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{parent}/{name}").st_size
    return total
