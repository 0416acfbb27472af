"""A platform that dies while it starts programs: none of them, and no helper, is left."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.durability.orphans import await_none, children, foster_parent, inherited

KILLS = 8
LATEST = 0.15
"""Starting a program with a network of its own takes about a tenth of a second."""

STARTER = """
import asyncio, sys
from pathlib import Path
from connectory.sandbox import Command, Network, Sandbox, SandboxSettings

async def main():
    sandbox = Sandbox.create(SandboxSettings(Path(sys.argv[1])))
    await sandbox.start()
    if sandbox.isolation == "none":
        sys.exit("no isolation here")
    command = Command(("sleep", "1000"), network=Network.OPEN, port=8080)
    print("ready", flush=True)
    while True:
        await sandbox.spawn(command, lambda stream, line: None)

asyncio.run(main())
"""


def starting(directory: Path) -> "subprocess.Popen[str]":
    """A process that starts one program after the other, from now on."""
    process = subprocess.Popen(
        (sys.executable, "-c", STARTER, str(directory)), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        pytest.skip("programs are not isolated on this machine")
    return process


def test_an_orphan_is_found() -> None:
    """The net that every test of this folder relies on has no hole."""
    known = children()
    with foster_parent():
        argv = ("sh", "-c", "setsid sleep 1000 & sleep 1000")
        parent = subprocess.Popen(argv)
        while "sleep 1000 " not in inherited(known).values():
            time.sleep(0.01)
        time.sleep(0.1)
        parent.kill()
        parent.wait()
        with pytest.raises(AssertionError, match="outlived"):
            await_none(known, 0.2)
        for orphan in inherited(known):
            subprocess.run(("kill", "-9", str(orphan)), check=False)
        await_none(known)


def test_a_kill_while_a_program_starts_leaves_nothing_running(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    dice, known = random.Random(3), children()
    with foster_parent():
        for _ in range(KILLS):
            process = starting(tmp_path / "sandbox")
            time.sleep(dice.uniform(0, LATEST))
            process.kill()
            process.communicate()
            await_none(known)
