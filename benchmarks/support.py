"""What the benchmarks share: a platform of their own, and a client of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from connectory.cli.caches import cache_directory
from connectory.client import Client
from connectory.connectors.actions import Publish
from connectory.connectors.model import ConnectorStaged, ConnectorStagedDraft, Creator, Repository
from connectory.main import Running, serving
from connectory.settings import load

PORT = 18_555


def toolchain_directory() -> Path:
    """Node and npm are downloaded once for all benchmarks and demos."""
    return cache_directory() / "toolchains"


@asynccontextmanager
async def platform(
    directory: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Client]:
    """A client of a fresh platform on ``directory``, with everything cold but Node and npm."""
    async with whole_platform(directory, environment) as (_, client):
        yield client


@asynccontextmanager
async def whole_platform(
    directory: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[Running, Client]]:
    """The platform itself as well, for what no client can see."""
    settings = load(
        environment or {},
        data=str(directory / "data"),
        port=PORT,
        git_allow_local=True,
        toolchains=str(toolchain_directory()),
    )
    async with serving(settings) as running:
        first = running.platform.first_start
        assert first is not None
        async with Client(settings.origin, first.credentials) as client:
            running.platform.engine.launched.wait(30)
            yield running, client


async def drafted(client: Client, url: str, tag: str) -> ConnectorStaged:
    draft = ConnectorStagedDraft(
        name="Benchmark",
        creator=Creator(email="bench@connectory.example"),
        repository=Repository(url=url, tag=tag),
    )
    return await client.create_draft(draft)


async def published(client: Client, staged: ConnectorStaged) -> ConnectorStaged:
    staged = await client.update_draft(staged, Publish(certification=False))
    staged = await client.settled_draft(staged.id)
    assert staged.status == "Published", staged.publishing_report
    return staged
