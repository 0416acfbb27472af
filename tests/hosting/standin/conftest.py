"""A real stand-in, met by real programs in real sandboxes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from tests.hosting.standin import mock

from connectory.auth import Project
from connectory.auth.administration import set_up
from connectory.auth.model import StandIn
from connectory.auth.store import create_organization, create_project, set_stand_in
from connectory.database import Database
from connectory.hosting.standin import StandIns
from connectory.sandbox import Command, Finished, Limits, Mount, Network, Sandbox
from connectory.settings import Settings

REGION = "europe-west1.gcp"


@pytest.fixture
async def stand_ins(
    settings: Settings, database: Database, sandbox: Sandbox
) -> AsyncIterator[StandIns]:
    if not sandbox.outlets:
        pytest.skip(str(sandbox.warnings))
    await database.write(set_up)
    made = StandIns(settings, database, sandbox)
    await made.start()
    yield made
    await made.stop()


@dataclass(frozen=True)
class World:
    """Runs programs as those of a Project's connectors."""

    database: Database
    sandbox: Sandbox
    stand_ins: StandIns

    async def stand_in(self, url: str | None, key: str = "demo") -> None:
        value = StandIn(api_url=url) if url else None
        await self.database.write(lambda c: set_stand_in(c, key, value))

    async def guests(self) -> None:
        """A Project ``guest`` of another organization than the operator's."""

        def work(connection: object) -> None:
            owner = create_organization(connection, "guests", "Guests")  # type: ignore[arg-type]
            project = Project("guest", owner.id, REGION, False)
            create_project(connection, project)  # type: ignore[arg-type]

        await self.database.write(work)

    async def run(self, *argv: str, key: str = "demo", **variables: str) -> Finished:
        given = await self.stand_ins.for_project(key)
        command = Command(
            argv,
            environment={**given.environment, **variables},
            mounts=given.mounts,
            outlets=given.outlets,
            network=Network.OPEN,
            limits=Limits(seconds=100),
        )
        return await self.sandbox.run(command)

    async def extend(self, **variables: str) -> Finished:
        """The official SDK makes an Extension, by hosts that it derives from the region."""
        given = await self.stand_ins.for_project("demo")
        programs = Mount(mock.install(), "/sdk")
        command = Command(
            ("node", "/sdk/extend.mjs"),
            environment={
                "CTP_REGION": REGION,
                "CTP_PROJECT_KEY": "demo",
                "CTP_CLIENT_ID": "id",
                "CTP_CLIENT_SECRET": "secret",
                "CONNECT_SERVICE_URL": "https://service.example.org",
                **given.environment,
                **variables,
            },
            mounts=(programs, *given.mounts),
            outlets=given.outlets,
            network=Network.OPEN,
            limits=Limits(seconds=100),
        )
        return await self.sandbox.run(command)


@pytest.fixture
def world(database: Database, sandbox: Sandbox, stand_ins: StandIns) -> World:
    return World(database, sandbox, stand_ins)
