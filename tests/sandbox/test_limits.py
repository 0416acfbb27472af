"""Programs that take more than they were given."""

import asyncio
import random
import resource
from pathlib import Path

import pytest

from connectory.sandbox import Command, Limits, Mount, Sandbox
from connectory.sandbox.output import CUT, LONGEST_LINE
from connectory.sandbox.process import pause

MIB = 1 << 20
HOG = "const a=[];for(;;)a.push(Buffer.alloc(16*1024*1024,1))"
SECONDS = str(random.SystemRandom().randrange(10_000, 10_000_000))
"""For how long programs sleep: nobody else's on this machine for as long."""
FORK_BOMB = "f(){ f|f& }; f; sleep 20"


async def test_a_memory_hog_is_ended_for_its_memory(grouped: Sandbox) -> None:
    limits = Limits(memory=200 * MIB, seconds=100)
    finished = await grouped.run(Command(("node", "-e", HOG), limits=limits))
    assert finished.cause == "memory"
    assert finished.peak_memory is not None
    assert finished.peak_memory <= 201 * MIB


async def test_what_is_written_to_tmp_counts_as_memory(grouped: Sandbox) -> None:
    limits = Limits(memory=64 * MIB, seconds=100)
    script = "dd if=/dev/zero of=/tmp/x bs=1M count=500"
    finished = await grouped.run(Command(("sh", "-c", script), limits=limits))
    assert not finished.ok


async def test_a_fork_bomb_stays_inside(grouped: Sandbox) -> None:
    limits = Limits(processes=60, seconds=3)
    finished = await grouped.run(Command(("sh", "-c", FORK_BOMB), limits=limits))
    assert not finished.ok
    assert (await grouped.run(Command(("true",)))).ok


async def test_time_runs_out_for_the_whole_tree(sandbox: Sandbox) -> None:
    script = f"(setsid sleep {SECONDS}1 &) ; trap '' TERM; sleep {SECONDS}1"
    finished = await sandbox.run(Command(("sh", "-c", script), limits=Limits(seconds=0.5)))
    assert finished.cause == "timeout"
    assert not _running(f"{SECONDS}1")


async def test_endless_output_is_bounded(sandbox: Sandbox) -> None:
    longest = 0

    def measure(line: str) -> None:
        nonlocal longest
        longest = max(longest, len(line))

    script = "yes | head -c 20000000 | tr -d '\\n'; yes | head -c 1000000"
    finished = await sandbox.run(Command(("sh", "-c", script)), measure)
    assert finished.ok
    assert longest <= LONGEST_LINE + len(CUT)
    assert len(finished.tail.encode()) <= 16 * 1024


async def test_a_growing_workspace_is_stopped(sandbox: Sandbox, workspace: Path) -> None:
    script = "n=0; while :; do n=$((n+1)); dd if=/dev/zero of=f$n bs=1M count=4; sleep 0.02; done"
    command = Command(
        ("sh", "-c", script),
        cwd="/workspace",
        mounts=(Mount(workspace, "/workspace", writable=True),),
        limits=Limits(disk=20 * MIB, seconds=100),
    )
    finished = await sandbox.run(command)
    assert finished.cause == "disk"


async def test_one_file_cannot_grow_past_its_limit(sandbox: Sandbox, workspace: Path) -> None:
    command = Command(
        ("dd", "if=/dev/zero", "of=/workspace/big", "bs=1M", "count=50"),
        mounts=(Mount(workspace, "/workspace", writable=True),),
        limits=Limits(file_size=8 * MIB),
    )
    assert not (await sandbox.run(command)).ok
    assert (workspace / "big").stat().st_size <= 8 * MIB


async def test_cancelling_ends_the_program_first(sandbox: Sandbox) -> None:
    running = asyncio.create_task(sandbox.run(Command(("sleep", f"{SECONDS}2"))))
    await asyncio.sleep(0.3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not _running(f"{SECONDS}2")


async def test_a_listener_that_fails_ends_the_program_and_is_heard(sandbox: Sandbox) -> None:
    def fail(line: str) -> None:
        raise ValueError(line)

    with pytest.raises(ValueError, match="hello"):
        await sandbox.run(Command(("sh", "-c", f"echo hello; sleep {SECONDS}3")), fail)
    assert not _running(f"{SECONDS}3")


async def test_a_trivial_program_costs_little(sandbox: Sandbox) -> None:
    """Processor time: what the clock says depends on who else is at work."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    await sandbox.run(Command(("true",)))
    costs = []
    for _ in range(10):
        before = spent()
        await sandbox.run(Command(("true",)))
        costs.append(spent() - before)
    assert sorted(costs)[len(costs) // 2] < 0.2


def _running(seconds: str) -> bool:
    def holds(path: Path) -> bool:
        try:
            return f"sleep\0{seconds}".encode() in (path / "cmdline").read_bytes()
        except OSError:
            return False

    return any(holds(path) for path in Path("/proc").glob("[0-9]*"))


def test_the_disk_is_looked_at_less_often_when_looking_is_slow() -> None:
    assert [pause(took) for took in (0.01, 0.5, 30.0)] == [1.0, 5.0, 20.0]
