"""The registry front: one registry by plain HTTP, tarballs downloaded once, nothing else."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from connectory.sandbox import Command, Limits, Network, Sandbox, SandboxSettings
from connectory.sandbox.desk import CONNECTIONS
from connectory.sandbox.front import FRONT_PORT
from connectory.sandbox.passing import acceptable, keepable, shared
from connectory.sandbox.tarballs import Tarballs

FRONT = f"http://127.0.0.1:{FRONT_PORT}"
TARBALL = "/a/-/a-1.0.0.tgz"
CURL = "curl -s --max-time 60"


@dataclass
class FakeRegistry:
    """A registry on the loopback that counts, and stops in the middle when told to."""

    content: bytes = b"tarball" * 100_000
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False
    hangs_up: bool = False
    slow: float = 0.0
    asked: list[str] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.raw_path}")
        self.seen.append(dict(request.headers))
        await asyncio.sleep(self.slow)
        if self.hangs_up:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        size = {"Content-Length": str(len(self.content))}
        answer = web.StreamResponse(status=self.status, headers={**self.headers, **size})
        await answer.prepare(request)
        half = len(self.content) // 2
        await answer.write(self.content[:half])
        if self.breaks_off:
            assert request.transport is not None
            request.transport.abort()
            return answer
        await answer.write(self.content[half:])
        return answer


@pytest.fixture
async def registry() -> AsyncIterator[FakeRegistry]:
    fake = FakeRegistry()
    server = web.Server(fake.answer)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield fake
    listening.close()
    await server.shutdown(0)


@pytest.fixture
def settings(settings: SandboxSettings, registry: FakeRegistry) -> SandboxSettings:
    return replace(settings, npm_registry=registry.url, registry_hosts=())


async def shell(sandbox: Sandbox, script: str) -> str:
    limits = Limits(seconds=150)
    command = Command(("sh", "-c", script), network=Network.REGISTRY, limits=limits)
    return (await sandbox.run(command)).tail


async def nothing_partial(settings: SandboxSettings) -> None:
    """Readers have the whole content before it is named on disk: this waits for the name."""
    async with asyncio.timeout(100):
        while list((settings.tarball_directory / "partial").iterdir()):  # noqa: ASYNC110 - a folder has no event
            await asyncio.sleep(0.02)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def test_a_tarball_comes_whole_and_is_downloaded_once(
    sandbox: Sandbox, registry: FakeRegistry
) -> None:
    assert sandbox.registry == FRONT
    for _ in range(2):
        said = await shell(sandbox, f"{CURL} {FRONT}{TARBALL} | sha256sum")
        assert said.split()[0] == digest(registry.content)
    assert registry.asked == [f"GET {TARBALL}"]


async def test_an_open_network_has_it_for_who_asks_for_it(
    sandbox: Sandbox, registry: FakeRegistry
) -> None:
    if sandbox.open_registry is None:
        pytest.skip("programs share this machine's network")
    asks = ("sh", "-c", f"{CURL} {sandbox.open_registry}{TARBALL} | sha256sum")
    command = Command(asks, network=Network.OPEN, limits=Limits(seconds=150))

    refused = await sandbox.run(command)
    answered = await sandbox.run(replace(command, registry=True))

    assert refused.tail.split()[0] == digest(b"")
    assert answered.tail.split()[0] == digest(registry.content)
    assert registry.asked == [f"GET {TARBALL}"]


async def test_who_asks_at_the_same_time_shares_a_download(
    sandbox: Sandbox, registry: FakeRegistry
) -> None:
    registry.slow = 1.0
    one = f"{CURL} {FRONT}{TARBALL} | sha256sum"
    both = await asyncio.gather(*(shell(sandbox, f"({one}) & {one}; wait") for _ in range(2)))
    assert [line.split()[0] for said in both for line in said.splitlines()] == [
        digest(registry.content)
    ] * 4
    assert registry.asked == [f"GET {TARBALL}"]


async def test_what_breaks_off_is_an_error_and_never_kept(
    sandbox: Sandbox, settings: SandboxSettings, registry: FakeRegistry
) -> None:
    registry.breaks_off = True
    said = await shell(sandbox, f"{CURL} -o /dev/null {FRONT}{TARBALL}; echo code $?")
    assert "code 0" not in said
    registry.breaks_off = False
    said = await shell(sandbox, f"{CURL} {FRONT}{TARBALL} | sha256sum")
    assert said.split()[0] == digest(registry.content)
    await nothing_partial(settings)


async def test_a_reader_who_leaves_takes_nothing_from_the_other(
    sandbox: Sandbox, registry: FakeRegistry
) -> None:
    registry.slow = 1.0
    leaves = f"curl -s --max-time 0.5 -o /dev/null {FRONT}{TARBALL}"
    said = await shell(sandbox, f"({leaves}) & {CURL} {FRONT}{TARBALL} | sha256sum")
    assert said.split()[0] == digest(registry.content)


async def test_who_says_who_he_is_is_passed_on_and_never_kept(
    sandbox: Sandbox, registry: FakeRegistry
) -> None:
    asking = f"{CURL} -o /dev/null -H 'Authorization: Bearer x' -H 'Cookie: c=1' {FRONT}{TARBALL}"
    await shell(sandbox, f"{asking}; {asking}; {CURL} -o /dev/null {FRONT}{TARBALL}")
    assert len(registry.asked) == 3
    assert [each.get("Authorization") for each in registry.seen] == ["Bearer x", "Bearer x", None]
    assert not any("Cookie" in each for each in registry.seen)


async def test_documents_are_asked_for_each_time_as_the_program_asks(
    sandbox: Sandbox, registry: FakeRegistry
) -> None:
    registry.content, registry.headers = b"{}", {"ETag": '"x"', "Set-Cookie": "a=b"}
    asking = f"{CURL} -i -H 'Accept: application/x' {FRONT}/@scope%2fa"
    said = await shell(sandbox, f"{asking}; {asking}")
    assert registry.asked == ["GET /@scope%2fa"] * 2
    assert [each["Accept"] for each in registry.seen] == ["application/x"] * 2
    assert 'ETag: "x"' in said.replace("Etag", "ETag")
    assert "Set-Cookie" not in said


@pytest.mark.parametrize(
    ("status", "headers"),
    [(404, {}), (302, {"Location": "https://else.example/"}), (200, {"Cache-Control": "private"})],
)
async def test_other_answers_are_passed_on_as_they_are(
    sandbox: Sandbox, registry: FakeRegistry, status: int, headers: dict[str, str]
) -> None:
    registry.content, registry.status, registry.headers = b"said", status, headers
    asking = f"{CURL} -w ' %{{http_code}} %{{redirect_url}}\n'  {FRONT}{TARBALL}"
    said = await shell(sandbox, f"{asking}; {asking}")
    expected = ["said", str(status), *([headers["Location"]] if status == 302 else [])]
    assert said.split() == expected * 2


async def test_a_registry_out_of_reach_is_a_bad_gateway(
    sandbox: Sandbox, registry: FakeRegistry
) -> None:
    registry.hangs_up = True
    code = f"{CURL} -o /dev/null -w '%{{http_code}} '"
    assert await shell(sandbox, f"{code} {FRONT}{TARBALL}; {code} {FRONT}/a") == "502 502 "


async def test_nothing_else_is_reached(sandbox: Sandbox, registry: FakeRegistry) -> None:
    code = f"{CURL} --path-as-is -o /dev/null -w '%{{http_code}}\n'"
    port = registry.url.rpartition(":")[2]
    script = (
        f"{code} -X POST -d x {FRONT}/a; {code} -X PUT -d x {FRONT}/a; {code} -X DELETE {FRONT}/a;"
        f"{code} {FRONT}//example.org/a; {code} {FRONT}/../a; {code} {FRONT}/a/%2e%2e/b;"
        f"{code} --noproxy '' -x {FRONT} http://example.org/;"
        f"{code} --noproxy '*' http://127.0.0.1:{port}/a"
    )
    said = (await shell(sandbox, script)).split()
    assert said == ["405", "405", "405", "400", "400", "400", "400", "000"]
    assert registry.asked == []


async def test_a_program_with_too_many_connections_is_turned_away(sandbox: Sandbox) -> None:
    script = (
        "const net = require('net'); let closed = 0;"
        "const said = () => { console.log(closed); process.exit() };"
        # one after the other: of many at once the kernel forgets some
        f"const more = left => left && net.connect({FRONT_PORT}, '127.0.0.1')"
        ".on('connect', () => more(left - 1)).on('error', () => 0)"
        # a while after the last that is turned away: no other one is
        ".on('close', () => { if (++closed === 20) setTimeout(said, 500) });"
        f"more({CONNECTIONS + 20})"
    )
    command = Command(("node", "-e", script), network=Network.REGISTRY, limits=Limits(seconds=100))
    assert (await sandbox.run(command)).tail.strip() == "20"


def test_what_is_shared_and_kept() -> None:
    assert shared("GET", "/@s%2fa/-/a-1.0.0.tgz", {})
    assert not shared("HEAD", TARBALL, {})
    assert not shared("GET", f"{TARBALL}?write=true", {})
    assert not shared("GET", "/a", {})
    assert not keepable(200, {"Content-Encoding": "gzip"})
    assert not keepable(200, {"Content-Length": str(1 << 40)})
    assert not acceptable("http://example.org/")


class TestTarballs:
    @pytest.fixture
    def tarballs(self, tmp_path: Path) -> Tarballs:
        return Tarballs(tmp_path, 1000)

    def keep(self, tarballs: Tarballs, name: str, content: bytes) -> None:
        with tarballs.begin() as file:
            file.write(content)
            tarballs.keep(name, file, digest(content))

    def content(self, tarballs: Tarballs, name: str) -> bytes | None:
        found = tarballs.open(name)
        if found is None:
            return None
        with found[0] as file:
            return file.read()

    def test_a_content_that_was_damaged_is_forgotten(self, tarballs: Tarballs) -> None:
        self.keep(tarballs, "a", b"content")
        (stored,) = (tarballs.folder / "contents").glob("*/*")
        stored.write_bytes(b"conte")
        assert self.content(tarballs, "a") is None
        assert not stored.exists()

    def test_the_longest_unused_go_when_it_is_full(self, tarballs: Tarballs) -> None:
        for number in range(4):
            content = bytes([number]) * 300
            if number == 3:
                assert self.content(tarballs, "0") is not None
            self.keep(tarballs, str(number), content)
            if number < 3:
                (stored,) = (tarballs.folder / "contents").glob(f"*/{digest(content)}")
                os.utime(stored, (number, number))
        assert [self.content(tarballs, str(n)) is not None for n in range(4)] == [
            True,
            False,
            False,
            True,
        ]
        assert len(list((tarballs.folder / "names").glob("*/*"))) == 2

    def test_killed_while_writing_it_holds_nothing_wrong(self, tarballs: Tarballs) -> None:
        script = (
            "import sys, pathlib, hashlib, os\n"
            "from connectory.sandbox.tarballs import Tarballs\n"
            "t = Tarballs(pathlib.Path(sys.argv[1]), 1 << 30)\n"
            "n = 0\n"
            "while True:\n"
            "    c = os.urandom(50_000); f = t.begin(); f.write(c)\n"
            "    t.keep(str(n), f, hashlib.sha256(c).hexdigest()); f.close(); n += 1\n"
            "    print(n, flush=True)\n"
        )
        child = subprocess.Popen(
            (sys.executable, "-c", script, str(tarballs.folder)), stdout=subprocess.PIPE
        )
        with child:
            assert child.stdout is not None
            for _ in range(200):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
        tarballs.sweep()
        assert not list((tarballs.folder / "partial").iterdir())
        for content in (tarballs.folder / "contents").glob("*/*"):
            assert digest(content.read_bytes()) == content.name
        assert all(self.content(tarballs, str(n)) for n in range(200))
