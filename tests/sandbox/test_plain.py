"""Without isolation: the same commands, a loud warning, and never a crash."""

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest

from connectory.sandbox import (
    Command,
    Limits,
    Mount,
    Network,
    Sandbox,
    SandboxSettings,
    SandboxUnavailable,
)
from connectory.sandbox.plain import translated


@pytest.fixture
def plain(tmp_path: Path) -> Sandbox:
    return Sandbox.create(SandboxSettings(tmp_path / "state", isolation="none"))


async def test_the_warning_is_loud(plain: Sandbox) -> None:
    assert plain.isolation == "none"
    assert "WITHOUT isolation" in plain.warnings[0]


async def test_places_inside_become_places_outside(plain: Sandbox, workspace: Path) -> None:
    (workspace / "here").write_text("content")
    command = Command(
        ("sh", "-c", "cat here; cat $FILE"),
        cwd="/workspace",
        environment={"FILE": "/workspace/here"},
        mounts=(Mount(workspace, "/workspace", writable=True),),
    )
    assert (await plain.run(command)).tail == "contentcontent"


def test_only_whole_names_are_translated() -> None:
    mounts = (Mount(Path("/data/w"), "/workspace"), Mount(Path("/data/n"), "/workspace/node"))
    command = Command(
        ("/workspace/node/bin/node", "/workspaces/x", "--at=/workspace"),
        environment={"PATH": "/workspace/node/bin:/usr/bin"},
        mounts=mounts,
    )
    moved = translated(command)
    assert moved.argv == ("/data/n/bin/node", "/workspaces/x", "--at=/workspace")
    assert moved.environment == {"PATH": "/data/n/bin:/usr/bin"}


async def test_the_platforms_variables_stay_with_the_platform(
    plain: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATFORM_SECRET", "s3cr3t")
    assert "s3cr3t" not in (await plain.run(Command(("env",)))).tail


async def test_time_runs_out_for_the_whole_group(plain: Sandbox) -> None:
    command = Command(("sh", "-c", "sleep 30 & sleep 30"), limits=Limits(seconds=0.3))
    finished = await plain.run(command)
    assert finished.cause == "timeout"
    assert finished.seconds < 29


async def test_applications_get_a_port_of_their_own(plain: Sandbox) -> None:
    script = (
        "const server = require('http').createServer((q, s) => s.end('hi'));"
        "server.listen(process.env.PORT, () => console.log('ready'))"
    )
    ready = asyncio.Event()
    process = await plain.spawn(
        Command(("node", "-e", script), network=Network.OPEN, port=8080), lambda *_: ready.set()
    )
    await ready.wait()
    url = f"http://127.0.0.1:{process.address[1]}/"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert await answer.text() == "hi"
    assert (await process.stop()).cause == "cancelled"


def test_a_machine_without_bubblewrap_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert Sandbox.create(SandboxSettings(tmp_path)).isolation == "none"
    with pytest.raises(SandboxUnavailable, match="needs Linux"):
        Sandbox.create(SandboxSettings(tmp_path, isolation="bubblewrap"))
