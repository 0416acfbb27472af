"""One stage for each case: its own database, repositories, sandbox, registry and host."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from tests.hostile.case import SECRET, Package
from tests.hostile.stage import SETTINGS, Host, Registry, Stage
from tests.publishing.conftest import Line, kept, make

from connectory.auth.model import Project
from connectory.auth.store import create_organization, create_project
from connectory.database import open_database
from connectory.sandbox import Sandbox, SandboxSettings, SandboxUnavailable

__all__ = ["kept"]


@pytest.fixture
async def registry() -> AsyncIterator[Registry]:
    fake = Registry()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        known = fake.packages.get(request.raw_path, Package(status=404))
        return web.Response(body=known.body, status=known.status, headers=known.headers)

    server = web.Server(answer)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield fake
    listening.close()
    await server.shutdown(0)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, to be copied: making one takes longer than most cases."""
    folder = tmp_path_factory.mktemp("empty")
    open_database("", folder).close()
    return folder


@pytest.fixture
async def stage(
    tmp_path: Path, kept: Path, empty: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setenv("PLATFORM_SECRET", SECRET)
    place = tmp_path / "line"
    place.mkdir()
    (tmp_path / "repositories").mkdir()
    try:
        sandbox = Sandbox.create(
            SandboxSettings(
                place / "sandbox", "bubblewrap", registry_hosts=(), npm_registry=registry.url
            )
        )
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
    await sandbox.start()
    shutil.copytree(empty, place / "data")
    database = open_database("", place / "data")
    owner = database.write_blocking(lambda c: create_organization(c, "o", "O"))
    project = Project("p", owner.id, "europe-west1.gcp", False)
    database.write_blocking(lambda c: create_project(c, project))
    settings = msgspec.structs.replace(SETTINGS, npm_registry=registry.url, data=str(kept))
    publishing = make(place, kept, database, sandbox, settings)
    with Host.beside(tmp_path) as host:
        line = Line(publishing, project, tmp_path / "repositories")
        yield Stage(line, host, registry, tmp_path)
    await sandbox.stop()
    database.close()
    # deeper than what removes the folders of tests can go
    await (await asyncio.create_subprocess_exec("rm", "-rf", str(tmp_path))).wait()
