"""What the programs of a run say, kept line by line for whoever watches.

A run keeps its last lines only, in files of ``EACH``: forgetting the oldest is removing a file. A
line is on its way to the disk when it was said, so a restart loses none of them.
"""

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from connectory.sandbox.trees import remove
from connectory.wire import now, timestamp

KEPT = 2000
EACH = 500
LONGEST = 2000
"""Characters of a line."""
PAUSE = 0.25
"""Seconds between two announcements: a talkative program must not keep all who wait awake."""

CREDENTIALS = re.compile(r"(?<=//)[^/\s@]+(?=@)")
SUFFIX = ".jsonl"

Heard = Callable[[str], None]


class Line(msgspec.Struct, frozen=True, rename="camel"):
    """``number`` counts the lines of a run from 1 on. ``moment`` is when it was said."""

    number: int
    moment: str
    step: str
    application: str
    text: str


class Said:
    """The output of every run, below one directory. ``announce`` wakes who waits for lines."""

    def __init__(self, directory: Path, announce: Callable[[], None]) -> None:
        self._directory = directory
        self._announce = announce
        self._lock = threading.Lock()
        self._open: dict[str, _Transcript] = {}
        self._told = 0.0

    @contextlib.contextmanager
    def hearing(self, run_id: str, step: str, application: str) -> Iterator[Heard]:
        """While a program of the run speaks: what to call with each of its lines."""

        def heard(text: str) -> None:
            with self._lock:
                transcript.add(step, application, text)
            self._tell()

        with self._lock:
            transcript = self._open.setdefault(run_id, _Transcript(self._directory / run_id))
            transcript.users += 1
        try:
            yield heard
        finally:
            with self._lock:
                transcript.users -= 1
                if not transcript.users:
                    self._open.pop(run_id).close()
            self._announce()

    def sweep(self, oldest: float) -> None:
        """Remove the output of runs that said nothing since then (seconds since 1970)."""
        for folder in self._directory.glob("*"):
            if folder.stat().st_mtime < oldest:
                remove(folder)

    def _tell(self) -> None:
        moment = time.monotonic()
        if moment - self._told >= PAUSE:
            self._told = moment
            self._announce()


class _Transcript:
    """The files of one run. A disk that takes no more loses lines, never the program."""

    def __init__(self, folder: Path) -> None:
        self.users = 0
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._count: int | None = None

    def add(self, step: str, application: str, text: str) -> None:
        with contextlib.suppress(OSError):
            if self._count is None:
                self._count = _count(self._folder)
            if self._file is None or self._count % EACH == 0:
                self._turn_over(self._count)
            self._count += 1
            shown = CREDENTIALS.sub("***", text[:LONGEST])
            line = Line(self._count, timestamp(now()), step, application, shown)
            self._write(msgspec.json.encode(line))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _write(self, line: bytes) -> None:
        if self._file is not None:
            self._file.write(line + b"\n")

    def _turn_over(self, count: int) -> None:
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        first = count - count % EACH
        self._file = (self._folder / f"{first:09d}{SUFFIX}").open("ab", buffering=0)
        for old in _files(self._folder)[: -KEPT // EACH]:
            old.unlink()


def lines_of(directory: Path, run_id: str, after: int, most: int) -> tuple[Line, ...]:
    """What was said behind line number ``after``, at most so many lines."""
    found = list[Line]()
    for file in _files(directory / run_id):
        if int(file.stem) + EACH > after and len(found) < most:
            found += (line for line in _lines(file) if line.number > after)
    return tuple(found[:most])


def _count(folder: Path) -> int:
    """How many lines were said so far, by the last of them."""
    for file in reversed(_files(folder)):
        if lines := _lines(file):
            return lines[-1].number
    return 0


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def _lines(file: Path) -> list[Line]:
    """Whole lines only: the last one may be on its way, or torn by a crash."""
    try:
        *whole, _ = file.read_bytes().split(b"\n")
    except FileNotFoundError:  # forgotten meanwhile
        return []
    found = list[Line]()
    for line in whole:
        with contextlib.suppress(msgspec.DecodeError):
            found.append(msgspec.json.decode(line, type=Line))
    return found
