"""Real sandboxes, real Node programs, a real database."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select
from tests.attestations.packing import attest_as_built
from tests.ports import ports
from tests.ports import written as ports_setting

from connectory.artifacts import ArtifactStore, ImageConfig
from connectory.database import Database, open_database
from connectory.durable.engine import Engine
from connectory.hosting import Hosting, open_hosting, workflows
from connectory.hosting.backends import Processes
from connectory.hosting.log_search import entries
from connectory.hosting.logs import DeploymentLog, deployment_logs
from connectory.hosting.placement import Placement
from connectory.hosting.routes import Route, Wanted, allocate
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.toolchains import Toolchains

COMMIT = "c" * 40
NODE = Path(shutil.which("node") or "")

HELLO = """
const http = require('http');
http.createServer((request, response) => {
  console.log('asked for ' + request.url);
  response.end('hello from ' + (process.env.NAME || 'nobody'));
}).listen(8080);
"""


@pytest.fixture(scope="session")
def kept() -> Path:
    """Tool chains, fetched once for all tests and kept between runs of them."""
    folder = Path(os.environ.get("CONNECTORY_TEST_TOOLS", "/tmp/connectory-test-tools"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    with ports() as block:
        yield Settings(data=str(tmp_path), application_ports=ports_setting(block))


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database("", settings.directory)
    yield opened
    opened.close()


@pytest.fixture
async def sandbox(settings: Settings) -> AsyncIterator[Sandbox]:
    created = Sandbox.create(SandboxSettings(settings.directory / "sandbox"))
    await created.start()
    yield created
    await created.stop()


@pytest.fixture
def artifacts(settings: Settings) -> ArtifactStore:
    return ArtifactStore(settings.directory / "artifacts")


@pytest.fixture
def toolchains(settings: Settings) -> Toolchains:
    return Toolchains(settings.directory / "toolchains", machine_node=NODE)


@pytest.fixture
def seal(settings: Settings) -> Seal:
    return Seal.from_file(settings.directory / "key")


Pack = Callable[..., Awaitable[str]]


@pytest.fixture
def pack(artifacts: ArtifactStore, settings: Settings, tmp_path: Path) -> Pack:
    """Packs an application of the given files, attested as built from ``COMMIT``; the digest of
    its artifact."""

    async def packed(script: str, **files: str) -> str:
        tree = tmp_path / "trees" / uuid.uuid4().hex
        tree.mkdir(parents=True)
        for name, text in {"index.js": script, **files}.items():
            (tree / name).write_text(text)
        config = ImageConfig(("node", "index.js"), "/workspace")
        artifact = await artifacts.pack(tree, prefix="workspace", config=config, annotations={})
        keys = settings.directory / "keys"
        await attest_as_built(artifacts, keys, artifact.digest, COMMIT)
        return artifact.digest

    return packed


@pytest.fixture
def backend(
    sandbox: Sandbox, artifacts: ArtifactStore, toolchains: Toolchains, settings: Settings
) -> Processes:
    return Processes(sandbox, artifacts, toolchains, settings)


@pytest.fixture
async def hosting(
    settings: Settings,
    database: Database,
    seal: Seal,
    sandbox: Sandbox,
    artifacts: ArtifactStore,
    toolchains: Toolchains,
) -> AsyncIterator[Hosting]:
    opened = open_hosting(settings, database, seal, sandbox, artifacts, toolchains)
    await opened.start()
    yield opened
    await opened.stop()
    # shown with a test that failed: what its applications said
    for row in database.read_blocking(lambda c: c.execute(select(deployment_logs)).all()):
        print(row.timestamp, row.deployment_id, row.application_name, row.details[:2000])


@pytest.fixture
async def engine(hosting: Hosting, tmp_path: Path) -> AsyncIterator[Engine]:
    made = Engine(hosting.database, "", tmp_path)
    for workflow in workflows(hosting):
        made.register(workflow)
    made.launch()
    while not made.launched.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield made
    await asyncio.to_thread(made.stop)


def placed(artifact: str, name: str = "service", **environment: str) -> Placement:
    return Placement(
        application_id=f"{name}-{uuid.uuid4().hex}"[:24],
        deployment_id=str(uuid.uuid4()),
        application_name=name,
        artifact=artifact,
        command=("node", "index.js"),
        environment=environment,
    )


@dataclass(frozen=True)
class Served:
    """An application behind the gateway."""

    placement: Placement
    route: Route
    url: str
    client: aiohttp.ClientSession


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(hosting: Hosting, pack: Pack) -> AsyncIterator[Serve]:
    """Runs a program and opens its route."""
    async with aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=60), auto_decompress=False
    ) as client:

        async def served(script: str, name: str = "service", **environment: str) -> Served:
            placement = placed(await pack(script), name, **environment)
            await hosting.supervisor.run(placement)
            return await behind(hosting, placement, client)

        yield served


async def behind(hosting: Hosting, placement: Placement, client: aiohttp.ClientSession) -> Served:
    wanted = Wanted(placement.application_id, placement.application_name, "")
    route = (
        await hosting.database.write(
            lambda c: allocate(c, hosting.settings, placement.deployment_id, [wanted])
        )
    )[0]
    await hosting.listeners.open(route)
    return Served(placement, route, f"http://127.0.0.1:{route.port}", client)


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 100) -> None:
    """Returns once it is so. However busy the machine is: no test waits for a number of seconds."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - nobody would tell
            await asyncio.sleep(0.02)


async def written(hosting: Hosting, deployment_id: str) -> tuple[DeploymentLog, ...]:
    """Everything in a Deployment's log so far."""
    await hosting.logbook.flush()
    page = await hosting.database.read(lambda c: entries(c, deployment_id, limit=100_000))
    return page.entries
