"""Control groups, version 2 where its controllers can be had, else version 1, else none."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from connectory.sandbox.model import Limits, SandboxUnavailable

PERIOD = 100_000
PATIENCE = 20.0
"""Seconds for killed processes to go, at most: on a busy machine it is their turn late."""
# By version, what says how a busy machine is shared, and what one process counts.
SHARES = {1: ("cpu.shares", 1024), 2: ("cpu.weight", 100)}
# Not every kernel has the other files (no swap accounting, no cpu quota).
CONTAINING = ("memory.max", "memory.limit_in_bytes", "pids.max")


@dataclass(frozen=True)
class Hierarchy:
    """Where groups of ours may be made: one parent per controller (the same one in version 2)."""

    version: int
    parents: dict[str, Path]


@dataclass(frozen=True)
class Group:
    """One running program's group, in every controller."""

    hierarchy: Hierarchy
    name: str

    def folders(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(p / self.name for p in self.hierarchy.parents.values()))

    def joins(self) -> tuple[Path, ...]:
        return tuple(folder / "cgroup.procs" for folder in self.folders())

    def make(self, limits: Limits) -> None:
        for folder in self.folders():
            folder.mkdir(parents=True, exist_ok=True)
        self._claim_processors()
        for controller, parent in self.hierarchy.parents.items():
            for file, value in settings(self.hierarchy.version, controller, limits):
                written = _written(parent / self.name / file, value)
                if file in CONTAINING and not written:
                    raise SandboxUnavailable(f"the control group's {file} cannot be set")

    def _claim_processors(self) -> None:
        """All groups together count as one process on a busy machine unless the kernel is told."""
        parent = self.hierarchy.parents.get("cpu")
        if parent is not None:
            file, default = SHARES[self.hierarchy.version]
            _written(parent / file, str(share(default, float(os.cpu_count() or 1))))

    def out_of_memory(self) -> bool:
        file = "memory.events" if self.hierarchy.version == 2 else "memory.oom_control"
        return _keyed(self._memory() / file).get("oom_kill", 0) > 0

    def peak_memory(self) -> int | None:
        name = "memory.peak" if self.hierarchy.version == 2 else "memory.max_usage_in_bytes"
        text = read(self._memory() / name)
        return int(text) if text.isdigit() else None

    def processes(self) -> tuple[int, ...]:
        return tuple({int(p) for file in self.joins() for p in read(file).split()})

    def end(self) -> None:
        """Kill what is left and remove the group; blocks while processes go."""
        until = time.monotonic() + PATIENCE
        while self._kill_all() and time.monotonic() < until:
            time.sleep(0.01)
        for _ in range(100):
            if not self._kill_all() and all(_removed(folder) for folder in self.folders()):
                return
            time.sleep(0.01)

    def _kill_all(self) -> bool:
        """Whether there was anything to kill."""
        remaining = self.processes()
        for pid in remaining:
            _kill(pid)
        return bool(remaining)

    def _memory(self) -> Path:
        return self.hierarchy.parents["memory"] / self.name


def settings(version: int, controller: str, limits: Limits) -> tuple[tuple[str, str], ...]:
    """The files of one controller and what is written to them."""
    quota = max(1_000, int(limits.cpus * PERIOD))
    memory, tasks = str(limits.memory), str(limits.processes)
    file, default = SHARES[version]
    weight = str(share(default, limits.cpus))
    known = {
        (2, "memory"): (
            ("memory.max", memory),
            ("memory.swap.max", "0"),
            ("memory.oom.group", "1"),
        ),
        (2, "pids"): (("pids.max", tasks),),
        (2, "cpu"): (("cpu.max", f"{quota} {PERIOD}"), (file, weight)),
        (1, "memory"): (
            ("memory.limit_in_bytes", memory),
            ("memory.memsw.limit_in_bytes", memory),
        ),
        (1, "pids"): (("pids.max", tasks),),
        (1, "cpu"): (
            ("cpu.cfs_period_us", str(PERIOD)),
            ("cpu.cfs_quota_us", str(quota)),
            (file, weight),
        ),
    }
    return known[version, controller]


def share(default: int, cpus: float) -> int:
    """The part of a busy machine that goes with this many processors."""
    return min(max(2, int(default * cpus)), 10_000)


def sweep(hierarchy: Hierarchy, prefix: str) -> None:
    """End every group of an instance with this prefix whose platform process is gone."""
    for parent in {folder.parent for folder in hierarchy.parents.values()}:
        for instance in parent.glob(f"{prefix}-*"):
            if not alive(instance.name):
                clear(instance)


def clear(instance: Path) -> None:
    """End every group in an instance's folder, and the folder."""
    here = Hierarchy(2, {"memory": instance})
    for run in instance.iterdir() if instance.is_dir() else ():
        if run.is_dir():
            Group(here, run.name).end()
    _removed(instance)


def instance_name(prefix: str, pid: int) -> str:
    """Carries who made it: a process id alone comes round again, not with its start time."""
    return f"{prefix}-{pid}-{_started(pid)}"


def alive(instance: str) -> bool:
    _, pid, started = instance.rsplit("-", 2)
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    fields = read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else "gone"


def _written(file: Path, value: str) -> bool:
    try:
        file.write_text(value)
    except OSError:
        return False
    return True


def read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def _keyed(file: Path) -> dict[str, int]:
    rows = (line.split() for line in read(file).splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
