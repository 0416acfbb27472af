"""What a hostile program finds inside, through the real bubblewrap."""

import json
import socket
import threading
from pathlib import Path

import pytest

from connectory.sandbox import Command, Limits, Mount, Network, Sandbox

SECRET = "s3cr3t-value-of-a-connector"


def sh(script: str, **more: object) -> Command:
    return Command(("sh", "-c", script), **more)  # type: ignore[arg-type]


async def test_the_hosts_files_are_not_there(sandbox: Sandbox, tmp_path: Path) -> None:
    neighbour = tmp_path / "neighbour"
    neighbour.mkdir()
    (neighbour / "secret").write_text(SECRET)
    places = (Path.home(), Path("/etc/shadow"), neighbour, Path("/var"), Path("/root/.ssh"))
    script = "; ".join(f"ls {place} && echo SEEN" for place in places)
    finished = await sandbox.run(sh(script))
    assert "SEEN" not in finished.tail
    assert SECRET not in finished.tail


async def test_the_system_is_read_only(sandbox: Sandbox) -> None:
    finished = await sandbox.run(sh("for d in / /usr /etc /dev; do touch $d/x && echo WROTE; done"))
    assert "WROTE" not in finished.tail
    assert finished.tail.count("Read-only") == 4


async def test_there_is_nobody_to_become_and_no_one_to_see(sandbox: Sandbox) -> None:
    finished = await sandbox.run(
        sh("id -u; grep -c CapEff:.0000000000000000 /proc/self/status; ls -d /proc/[0-9]* | wc -l")
    )
    user, powerless, processes = finished.tail.split()
    assert user != "0"
    assert powerless == "1"
    assert int(processes) < 6


async def test_the_environment_is_what_was_given(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATFORM_SECRET", SECRET)
    finished = await sandbox.run(
        Command(("env",), environment={"GIVEN": "yes", "PATH": "/usr/bin"})
    )
    names = {line.partition("=")[0] for line in finished.tail.splitlines()}
    allowed = {"GIVEN", "PATH", "HOME", "LANG", "PWD", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"}
    assert "GIVEN" in names
    assert names <= allowed


async def test_a_secret_never_shows_in_the_process_list(sandbox: Sandbox) -> None:
    process = await sandbox.spawn(
        Command(("sleep", "30"), environment={"TOKEN": SECRET}), lambda *_: None
    )
    shown = b"".join(_read(path / "cmdline") for path in Path("/proc").glob("[0-9]*"))
    await process.stop(0)
    assert b"sleep" in shown
    assert SECRET.encode() not in shown


async def test_hostile_variables_do_not_reach_the_programs_that_isolate(sandbox: Sandbox) -> None:
    finished = await sandbox.run(
        Command(("echo", "fine"), environment={"LD_PRELOAD": "/tmp/x.so", "ENV": "/tmp/x"})
    )
    assert finished.ok
    assert "fine" in finished.tail


async def test_a_writable_mount_belongs_to_the_program_and_a_read_only_one_does_not(
    sandbox: Sandbox, workspace: Path, tmp_path: Path
) -> None:
    (workspace / "here").write_text("from outside")
    shared = tmp_path / "shared"
    shared.mkdir()
    command = sh(
        "cat here; echo new > here; echo made > made; touch /shared/x && echo WROTE",
        cwd="/workspace",
        mounts=(Mount(workspace, "/workspace", writable=True), Mount(shared, "/shared")),
    )
    finished = await sandbox.run(command)
    assert "from outside" in finished.tail
    assert "WROTE" not in finished.tail
    assert (workspace / "here").read_text() == "new\n"
    assert (workspace / "made").read_text() == "made\n"


async def test_a_single_file_can_be_mounted(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("content")
    (tmp_path / "one").chmod(0o644)
    finished = await sandbox.run(
        Command(("cat", "/given/one"), mounts=(Mount(tmp_path / "one", "/given/one"),))
    )
    assert finished.tail == "content"


async def test_a_link_in_a_workspace_hands_nothing_over(
    sandbox: Sandbox, workspace: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("the platform's")
    (workspace / "link").symlink_to(outside)
    (workspace / "etc").symlink_to("/etc")
    owner = outside.stat().st_uid
    command = sh(
        "cat link; cat etc/shadow",
        cwd="/workspace",
        mounts=(Mount(workspace, "/workspace", writable=True),),
    )
    finished = await sandbox.run(command)
    assert "the platform's" not in finished.tail
    assert outside.stat().st_uid == owner
    assert Path("/etc").stat().st_uid == 0


async def test_without_network_there_is_only_lo(sandbox: Sandbox) -> None:
    finished = await sandbox.run(sh("tail -n +3 /proc/net/dev | cut -d: -f1"))
    assert finished.tail.split() == ["lo"]


@pytest.mark.parametrize("network", [Network.NONE, Network.REGISTRY, Network.OPEN])
async def test_the_hosts_loopback_is_out_of_reach(sandbox: Sandbox, network: Network) -> None:
    if network is Network.OPEN and any("share this machine" in each for each in sandbox.warnings):
        pytest.skip(sandbox.warnings[-1])
    with Listening() as (port, met):
        script = (
            "const n=require('net');const hosts=process.argv.slice(1);"
            "for(const h of hosts){const s=n.connect(" + str(port) + ",h,()=>console.log('IN',h));"
            "s.setTimeout(500,()=>s.destroy());s.on('error',e=>console.log(e.code,h))}"
        )
        hosts = ("127.0.0.1", "localhost", "::1", "10.0.2.2", _gateway(), _address())
        await sandbox.run(
            Command(("node", "-e", script, *hosts), network=network, limits=Limits(seconds=100))
        )
    assert not met


async def test_programs_end_with_their_own_code(sandbox: Sandbox) -> None:
    finished = await sandbox.run(sh("exit 7"))
    assert (finished.code, finished.cause, finished.ok) == (7, "exit", False)


async def test_a_program_that_is_not_there_is_an_exit_not_a_crash(sandbox: Sandbox) -> None:
    finished = await sandbox.run(Command(("no-such-program",)))
    assert finished.code != 0
    assert "no-such-program" in finished.tail


async def test_arguments_are_never_read_by_a_shell(sandbox: Sandbox) -> None:
    nasty = ("$(id)", "`id`", "; id", "--bind", "a b", "é\n")
    script = "console.log(JSON.stringify(process.argv.slice(1)))"
    finished = await sandbox.run(Command(("node", "-e", script, "--", *nasty)))
    assert json.loads(finished.tail) == list(nasty)


class Listening:
    """A service of the host, and who reached it."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address = address

    def __enter__(self) -> tuple[int, list[object]]:
        self.met: list[object] = []
        self.socket = socket.create_server((self.address, 0))
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()
        return self.socket.getsockname()[1], self.met

    def _accept(self) -> None:
        while True:
            try:
                way, who = self.socket.accept()
                way.close()
                self.met.append(who)
            except OSError:
                return

    def __exit__(self, *_: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


def _gateway() -> str:
    for line in Path("/proc/net/route").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == "00000000":
            return socket.inet_ntoa(bytes.fromhex(fields[2])[::-1])
    return "192.0.2.1"


def _address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.99", 9))
        except OSError:
            return "127.0.0.2"
        return str(probe.getsockname()[0])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
