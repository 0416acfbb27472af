"""Long-running programs: side by side, stopped kindly, and never outliving the platform."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connectory.sandbox import (
    Command,
    Finished,
    Limits,
    Network,
    Process,
    Sandbox,
    SandboxSettings,
    launch,
    namespaces,
)
from connectory.sandbox import machine as sandbox_machine
from connectory.sandbox.children import below, hang_up, kill

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs a Node.js")
SERVER = """
const name = process.env.NAME
require('http').createServer((q, s) => s.end(name)).listen(8080, () => console.log('ready'))
process.on('SIGTERM', () => { console.error('bye'); process.exit(0) })
"""


def application(name: str) -> Command:
    return Command(
        ("node", "-e", SERVER), environment={"NAME": name}, network=Network.OPEN, port=8080
    )


async def started(sandbox: Sandbox, name: str, said: list[tuple[str, str]]) -> Process:
    ready = asyncio.Event()

    def hear(stream: str, line: str) -> None:
        said.append((stream, line))
        ready.set()

    process = await sandbox.spawn(application(name), hear)
    await ready.wait()
    return process


async def answer(process: Process) -> str:
    host, port = process.address
    async with aiohttp.ClientSession() as session, session.get(f"http://{host}:{port}/") as got:
        return await got.text()


async def test_two_applications_listen_on_the_same_port(separate: Sandbox) -> None:
    said: list[tuple[str, str]] = []
    one = await started(separate, "one", said)
    other = await started(separate, "other", [])
    assert one.address[0] == other.address[0] == "127.0.0.1"
    assert (await answer(one), await answer(other)) == ("one", "other")
    finished = await one.stop(60)
    assert not one.alive
    assert other.alive
    assert finished.cause == "cancelled"
    assert finished.code == 0
    assert ("stderr", "bye") in said
    await other.stop()


@pytest.mark.parametrize("network", [Network.OPEN, Network.REGISTRY])
async def test_nobody_touches_a_network_that_bubblewrap_still_sets_up(
    separate: Sandbox, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is faster brings its loopback up, and bubblewrap fails: on busy machines now and then."""
    seen, really = list[str](), namespaces.settled
    looks = iter(range(20))

    def settled(pid: int) -> bool:
        seen.append("not yet" if next(looks, None) is not None else "settled")
        return seen[-1] == "settled" and really(pid)

    def entered(*asked: Any) -> Any:
        seen.append("entered")
        return enter(*asked)

    enter = namespaces._enter
    monkeypatch.setattr(namespaces, "settled", settled)
    monkeypatch.setattr(namespaces, "_enter", entered)
    assert (await separate.run(Command(("true",), network=network))).ok
    assert seen[:20] == ["not yet"] * 20
    assert seen[-1] == "entered"


async def test_a_network_is_settled_when_its_loopback_is_up(separate: Sandbox) -> None:
    bare = ("unshare", "--user", "--map-root-user", "--net", "sh", "-c", "echo up; exec sleep 60")
    alone = await asyncio.create_subprocess_exec(*bare, stdout=subprocess.PIPE)
    assert alone.stdout is not None
    assert await alone.stdout.readline() == b"up\n"
    assert not namespaces.settled(alone.pid)
    alone.kill()
    await alone.communicate()
    process = await separate.spawn(application("one"), lambda *_: None)
    assert all(map(namespaces.settled, below(process.pid)))
    await process.stop(0)


async def test_without_pasta_applications_are_told_their_port_and_people_are_warned(
    settings: SandboxSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    sandbox = Sandbox.create(settings)
    await sandbox.start()
    script = SERVER.replace("8080", "process.env.PORT")
    ready = asyncio.Event()
    process = await sandbox.spawn(
        replace(application("one"), argv=("node", "-e", script)), lambda *_: ready.set()
    )
    await ready.wait()
    assert await answer(process) == "one"
    assert "pasta (package passt) is not installed" in sandbox.warnings[-1]
    await sandbox.stop()


async def test_bubblewrap_itself_may_be_where_only_we_can_reach(
    settings: SandboxSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = sandbox_machine._bwrap().parent.parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(package, closed / package.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.setattr(sandbox_machine, "_bwrap", lambda: closed / package.name / "_bin" / "bwrap")
    sandbox = Sandbox.create(settings)
    assert (await sandbox.run(Command(("true",)))).ok
    await sandbox.stop()


async def test_a_living_neighbour_on_the_same_directory_is_left_alone(
    sandbox: Sandbox, settings: SandboxSettings
) -> None:
    process = await sandbox.spawn(Command(("sleep", "30")), lambda *_: None)
    other = Sandbox.create(settings)
    await other.start()
    await other.stop()
    assert process.alive
    assert (await sandbox.run(Command(("true",)))).ok
    await process.stop(0)


async def test_what_ignores_the_request_to_stop_is_ended(sandbox: Sandbox) -> None:
    process = await sandbox.spawn(
        Command(("sh", "-c", "trap '' TERM; while :; do sleep 1; done")), lambda *_: None
    )
    await asyncio.sleep(0.2)
    finished = await process.stop(0.3)
    assert finished.cause == "cancelled"


async def test_stopping_twice_and_after_the_end_is_harmless(sandbox: Sandbox) -> None:
    process = await sandbox.spawn(Command(("true",)), lambda *_: None)
    finished = await process.wait()
    assert finished.ok
    assert await process.stop() == finished
    assert await process.stop() == finished


async def test_nobody_waiting_any_more_does_not_end_it(sandbox: Sandbox) -> None:
    process = await sandbox.spawn(Command(("sleep", "30")), lambda *_: None)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await process.wait()
    assert process.alive
    await process.stop(0)


async def test_stopping_the_sandbox_stops_everything(settings: SandboxSettings) -> None:
    sandbox = Sandbox.create(settings)
    await sandbox.start()
    process = await sandbox.spawn(Command(("sleep", "30")), lambda *_: None)
    await sandbox.stop()
    assert not process.alive
    assert not any((settings.directory / "places").iterdir())


async def test_the_host_port_is_open_on_loopback_only(separate: Sandbox) -> None:
    process = await started(separate, "one", [])
    rows = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    mine = [row.split()[1] for row in rows.splitlines() if f":{process.address[1]:04X} " in row]
    await process.stop(0)
    assert set(mine) == {f"0100007F:{process.address[1]:04X}"}


async def test_the_clouds_metadata_is_out_of_reach(separate: Sandbox) -> None:
    script = (
        "for (const host of ['169.254.169.254', 'fd00:ec2::254']) require('net').connect(80, host)"
        ".on('error', e => console.log(e.code)).on('connect', () => console.log('IN'))"
    )
    finished = await separate.run(
        Command(("node", "-e", script), network=Network.OPEN, limits=Limits(seconds=100))
    )
    assert set(finished.tail.split()) == {"EHOSTUNREACH"}


@pytest.mark.registry
async def test_an_open_program_reaches_the_outside_by_name(separate: Sandbox) -> None:
    script = (
        "const ask = left => fetch('https://registry.npmjs.org/is-number/7.0.0')"
        ".then(r => console.log(r.status), e => left ? ask(left - 1) : console.log(e)); ask(3)"
    )
    finished = await separate.run(Command(("node", "-e", script), network=Network.OPEN))
    assert finished.tail == "200"


async def test_programs_run_from_any_loop_in_any_thread(sandbox: Sandbox) -> None:
    def elsewhere() -> int:
        return asyncio.run(sandbox.run(Command(("sh", "-c", "exit 3")))).code

    codes = await asyncio.gather(*(asyncio.to_thread(elsewhere) for _ in range(3)))
    assert codes == [3, 3, 3]


async def test_another_loop_may_wait_and_stop(sandbox: Sandbox) -> None:
    process = await sandbox.spawn(Command(("sleep", "30")), lambda *_: None)
    finished = await asyncio.to_thread(lambda: asyncio.run(process.stop(1)))
    assert finished.cause == "cancelled"
    assert await asyncio.to_thread(lambda: asyncio.run(process.wait())) == finished


async def test_programs_run_on_the_fast_loop_too(sandbox: Sandbox) -> None:
    import uvloop

    def elsewhere() -> Finished:
        return uvloop.run(
            sandbox.run(Command(("sh", "-c", "echo out; exit 4"), network=Network.REGISTRY))
        )

    finished = await asyncio.to_thread(elsewhere)
    assert (finished.code, finished.tail) == (4, "out")


async def test_a_child_outlives_the_thread_that_asked_for_it(sandbox: Sandbox) -> None:
    """The kernel ends a child with the thread that forked it: that must not be the caller's."""
    children: list[subprocess.Popen[bytes]] = []

    def elsewhere() -> None:
        async def fork() -> None:
            argv = launch.dropped(("sleep", "30"), None, dies_with=os.getpid())
            children.append(await sandbox._starter.start(argv, os.environ, merged=True))

        asyncio.run(fork())

    thread = threading.Thread(target=elsewhere)
    thread.start()
    await asyncio.to_thread(thread.join)
    await asyncio.sleep(0.2)
    assert children[0].poll() is None
    kill(children[0])
    hang_up(children[0])


PLATFORM = """
import asyncio, sys
from pathlib import Path
from connectory.sandbox import *
async def main():
    sandbox = Sandbox.create(SandboxSettings(Path(sys.argv[1])))
    await sandbox.start()
    for network in (Network.OPEN, Network.REGISTRY):
        command = Command(('sh', '-c', '(setsid sleep 4545 &); echo up; sleep 4545'),
                          network=network, port=8080 if network is Network.OPEN else None)
        await sandbox.spawn(command, lambda s, line: print(line, flush=True))
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def test_a_killed_platform_leaves_no_process_behind(
    separate: Sandbox, settings: SandboxSettings, tmp_path: Path
) -> None:
    settings = replace(settings, directory=tmp_path / "killed")
    before = await asyncio.to_thread(_killed_platform, settings)
    until = time.monotonic() + 60
    while _alive(before) and time.monotonic() < until:  # noqa: ASYNC110 - nobody would tell
        await asyncio.sleep(0.02)
    assert not _alive(before)
    await _swept(settings)


def _killed_platform(settings: SandboxSettings) -> dict[int, str]:
    """The processes that a platform had at the moment it was killed."""
    argv = (sys.executable, "-c", PLATFORM, str(settings.directory))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as platform:
        assert platform.stdout is not None
        assert [platform.stdout.readline() for _ in range(2)] == ["up\n", "up\n"]
        before = {each: _name(each) for each in below(platform.pid)}
        platform.send_signal(signal.SIGKILL)
    assert any("pasta" in name for name in before.values())
    assert sum("4545" in name for name in before.values()) >= 4
    return before


async def _swept(settings: SandboxSettings) -> None:
    """A successor on the same directory clears the folders and groups of the killed one."""
    successor = Sandbox.create(settings)
    await successor.start()
    places = list((settings.directory / "places").iterdir())
    assert len(places) == 1
    await successor.stop()
    assert not list(settings.directory.glob("sandbox*"))


def _alive(pids: dict[int, str]) -> dict[int, str]:
    return {pid: name for pid, name in pids.items() if _name(pid) == name and not _zombie(pid)}


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _zombie(pid: int) -> bool:
    try:
        return ") Z" in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
