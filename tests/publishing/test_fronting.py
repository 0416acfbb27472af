"""Each package manager goes through the registry front, and what it leaves does not say so."""

import asyncio
import gzip
import json
import time
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web
from tests.publishing.conftest import CERTIFICATES, Line, make, message
from tests.publishing.test_installing import (
    BERRY_LOCK,
    FAILED,
    PNPM_LOCK,
    YARN_LOCK,
    service,
)

from connectory.publishing.tools import registries
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.sandbox.front import FRONT_PORT
from connectory.settings import Settings
from connectory.toolchains import managers
from connectory.toolchains.managers import Kind, Manager

PUBLIC = "https://registry.npmjs.org"
FRONT = f"http://127.0.0.1:{FRONT_PORT}"
ADDRESS = f"127.0.0.1:{FRONT_PORT}".encode()
TARBALL = "/is-number/-/is-number-7.0.0.tgz"
INTEGRITY = "sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng=="  # noqa: E501
NPM_LOCK = json.dumps(
    {
        "name": "x",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "packages": {
            "": {"name": "x", "version": "1.0.0", "dependencies": {"is-number": "7.0.0"}},
            "node_modules/is-number": {
                "version": "7.0.0",
                "resolved": f"{PUBLIC}{TARBALL}",
                "integrity": INTEGRITY,
            },
        },
    }
)


@dataclass
class Mirror:
    """The public registry's is-number from the loopback, counted."""

    tarball: bytes
    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request.raw_path)
        if request.raw_path == TARBALL:
            return web.Response(body=self.tarball)
        if request.raw_path == "/is-number":
            return web.json_response(self.document())
        return web.Response(status=404)

    def document(self) -> dict[str, object]:
        dist = {"tarball": f"{PUBLIC}{TARBALL}", "integrity": INTEGRITY}
        release = {"name": "is-number", "version": "7.0.0", "dist": dist}
        tags = {"latest": "7.0.0"}
        return {"name": "is-number", "dist-tags": tags, "versions": {"7.0.0": release}}


@pytest.fixture(scope="module")
def tarball() -> bytes:
    """From the registry itself, once."""
    for left in range(4, -1, -1):
        try:
            with urllib.request.urlopen(f"{PUBLIC}{TARBALL}", timeout=60) as answer:
                return bytes(answer.read())
        except OSError:
            if not left:
                raise
            time.sleep(2)
    raise AssertionError("unreachable")


@pytest.fixture
async def mirror(tarball: bytes) -> AsyncIterator[Mirror]:
    mirror = Mirror(tarball)
    server = web.Server(mirror.answer)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    mirror.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield mirror
    listening.close()
    await server.shutdown(0)


@pytest.fixture
async def fronted(line: Line, mirror: Mirror, tmp_path: Path, kept: Path) -> AsyncIterator[Line]:
    """A line whose builds reach this registry by the front, and no host at all beside it."""
    ca = CERTIFICATES if CERTIFICATES.exists() else None
    sandbox = Sandbox.create(
        SandboxSettings(tmp_path / "other", ca_file=ca, registry_hosts=(), npm_registry=mirror.url)
    )
    if sandbox.registry is None:
        pytest.skip("no isolation here")
    await sandbox.start()
    settings = Settings(npm_registry=mirror.url)
    folder = tmp_path / "fronted"
    folder.mkdir()
    publishing = make(folder, kept, line.publishing.database, sandbox, settings)
    yield replace(line, publishing=publishing)
    await sandbox.stop()


def mentions(tree: Path) -> list[str]:
    """Files in which the front's address is, compressed ones too."""
    found = []
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            found += [path.name] if ADDRESS in data else []
    return found


@pytest.mark.registry
@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("package-lock.json", NPM_LOCK),
        ("yarn.lock", YARN_LOCK),
        ("yarn.lock", BERRY_LOCK),
        ("pnpm-lock.yaml", PNPM_LOCK),
        ("other.txt", ""),
    ],
    ids=["npm", "yarn", "berry", "pnpm", "npm without a lockfile"],
)
async def test_each_manager_goes_through_the_front_and_leaves_no_trace(
    fronted: Line, mirror: Mirror, name: str, lock: str
) -> None:
    staged = await fronted.published({**service(), f"service/{name}": lock})
    assert staged.status == "Published", staged.publishing_report
    assert mirror.asked.count(TARBALL) == 1
    tree = await fronted.tree(staged.id)
    assert (tree / "service/node_modules/is-number/package.json").exists()
    assert (tree / f"service/{name}").read_text() == lock
    assert mentions(tree) == []


@pytest.mark.registry
async def test_another_install_does_not_ask_the_registry_again(
    fronted: Line, mirror: Mirror
) -> None:
    first = service(version="1.0.0", name="x")
    assert (await fronted.published({**first, "service/yarn.lock": YARN_LOCK})).status
    other = await fronted.published({**service(), "service/package-lock.json": NPM_LOCK})
    assert other.status == "Published"
    assert mirror.asked == [TARBALL]


@pytest.mark.registry
async def test_a_tarball_that_is_not_the_lockfiles_is_refused(
    fronted: Line, mirror: Mirror
) -> None:
    mirror.tarball = gzip.compress(gzip.decompress(mirror.tarball), mtime=1)
    staged = await fronted.published({**service(), "service/yarn.lock": YARN_LOCK})
    text = message(staged.publishing_report, FAILED)
    assert "is not the one that the lockfile names" in text
    assert ADDRESS.decode() not in text


@pytest.mark.registry
async def test_what_the_registry_lacks_is_named_by_its_own_address(
    fronted: Line, mirror: Mirror
) -> None:
    staged = await fronted.published(service(dependencies={"is-nothing": "1.0.0"}))
    text = message(staged.publishing_report, FAILED)
    assert f"{mirror.url}/is-nothing" in text
    assert ADDRESS.decode() not in text


@pytest.mark.registry
async def test_settings_that_sign_in_go_to_the_registry_by_themselves(
    fronted: Line, mirror: Mirror
) -> None:
    signing = {"service/.npmrc": "//registry.example.org/:_authToken=x\n"}
    await fronted.published({**service(), **signing, "service/yarn.lock": YARN_LOCK})
    assert mirror.asked == []


def test_where_the_front_can_stand_for_the_registry() -> None:
    npm, yarn = Manager(Kind.NPM, None), Manager(Kind.YARN, "yarn.lock")
    assert registries.fronted(npm, [])
    assert registries.fronted(yarn, ["@scope:registry=https://npm.example.org/\n"])
    assert not registries.fronted(Manager(Kind.YARN, None), [])
    assert not registries.fronted(yarn, ["//npm.example.org/:_authToken=${TOKEN}\n"])
    assert not registries.fronted(yarn, ["npmScopes:\n  a:\n    npmAuthToken: x\n"])


def test_only_addresses_in_the_registry_are_led_to_the_front() -> None:
    other = '  resolved "https://npm.example.org/a/-/a-1.0.0.tgz#1"\n'
    lock = f'  resolved "{PUBLIC}{TARBALL}#sum"\n  integrity {INTEGRITY}\n{other}'
    led, stands_for = registries.led(lock, FRONT, PUBLIC)
    assert led == f'  resolved "{FRONT}{TARBALL}#sum"\n  integrity {INTEGRITY}\n{other}'
    assert stands_for == {f"{FRONT}{TARBALL}#sum": f"{PUBLIC}{TARBALL}#sum"}


def test_every_address_of_the_front_becomes_what_it_stood_for() -> None:
    stands_for = {f"{FRONT}{TARBALL}#sum": f"https://registry.yarnpkg.com{TARBALL}#sum"}
    said = f'"{FRONT}{TARBALL}#sum", GET {FRONT}/a: 404; {FRONT}99/b\n  default: {FRONT}/\n'
    assert registries.honest(said, FRONT, f"{PUBLIC}/", stands_for) == (
        f'"https://registry.yarnpkg.com{TARBALL}#sum", GET {PUBLIC}/a: 404; {FRONT}99/b\n'
        f"  default: {PUBLIC}/\n"
    )


@pytest.mark.parametrize(
    "said",
    [
        "npm error 502 Bad Gateway - GET http://x/y",
        'error Error: https://x/y: Request failed "502 Bad Gateway"',
        "ERR_PNPM_FETCH_503  GET http://x/y: Service Unavailable - 503",
        "  Response Code: 504 (Gateway Timeout)",
    ],
)
def test_a_registry_that_does_not_answer_is_known_by_what_managers_say(said: str) -> None:
    assert managers.UNAVAILABLE.search(said)
