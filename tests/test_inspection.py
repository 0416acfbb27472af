"""The daily look at what the platform can prove: quiet while it holds, plain when it does not."""

import msgspec
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Connection, delete, text, update

from connectory.attestations.attesting import DSSE
from connectory.attestations.problems import Fault
from connectory.attestations.tables import attestation_log
from connectory.connectors.model import Build
from connectory.deployments.store import deployments
from connectory.inspection import SEEN, deployed, inspect
from connectory.sealing import Seal
from tests.attestations.conftest import COMMIT, World, world
from tests.hosting.deployments import App, ask_for_deploy

__all__ = ["world"]
TRIGGERS = {
    "sqlite": ("DROP TRIGGER attestation_log_update", "DROP TRIGGER attestation_log_delete"),
    "postgresql": ("DROP TRIGGER attestation_log_append_only ON attestation_log",),
}


def tamper(connection: Connection, sql: object) -> None:
    for statement in TRIGGERS[connection.dialect.name]:
        connection.execute(text(statement))
    connection.execute(sql)  # type: ignore[call-overload]


async def faults(one: World) -> list[Fault]:
    return [each.fault for each in await inspect(one.database, one.store, one.signing.directory)]


def problems_of(what: str) -> float | None:
    return REGISTRY.get_sample_value("connectory_attestation_problems", {"of": what})


def deploy(one: World, commit: str = COMMIT) -> None:
    """A Deployment of the world's first artifact."""
    seal = Seal.from_file(one.signing.directory / "seal.key")
    deployment, _ = ask_for_deploy(one.database, seal, App("mailer", one.artifacts[0]))

    def work(connection: Connection) -> None:
        row = connection.execute(deployments.select()).one()
        build = msgspec.structs.replace(msgspec.json.decode(row.build, type=Build), commit=commit)
        said = msgspec.json.encode(build).decode()
        connection.execute(
            update(deployments).where(deployments.c.id == deployment.id).values(build=said)
        )

    one.database.write_blocking(work)


async def test_nothing_is_said_while_everything_holds(world: World) -> None:
    deploy(world)
    assert await world.database.read(deployed) == ((world.artifacts[0], COMMIT),)
    assert await faults(world) == []
    assert await faults(world) == []
    assert (problems_of("log"), problems_of("artifacts")) == (0, 0)


async def test_entries_that_are_gone_are_missed(world: World) -> None:
    """The rest of the log is whole: only who remembers its end can tell."""
    assert await faults(world) == []
    last = delete(attestation_log).where(attestation_log.c.number == world.size() - 1)
    world.database.write_blocking(lambda c: tamper(c, last))
    assert await faults(world) == [Fault.LOG_GAP]
    assert await faults(world) == [Fault.LOG_GAP]
    assert problems_of("log") == 1


async def test_a_changed_entry_is_found_without_any_memory(world: World) -> None:
    changed = update(attestation_log).where(attestation_log.c.number == 0).values(entry="{}")
    world.database.write_blocking(lambda c: tamper(c, changed))
    assert Fault.LOG_ENTRY in await faults(world)
    assert not (world.signing.directory / SEEN).exists()


async def test_a_deployed_artifact_without_attestation_is_found(world: World) -> None:
    deploy(world)
    index = world.store.index
    index.change([], dropped=index.referrers(world.artifacts[0], DSSE))
    assert await faults(world) == [Fault.ATTESTATION_MISSING]
    assert problems_of("artifacts") == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
async def test_a_spoiled_memory_stops_nothing(world: World, content: bytes) -> None:
    (world.signing.directory / SEEN).write_bytes(content)
    assert await faults(world) == []


async def test_a_replaced_key_is_no_problem(world: World) -> None:
    assert await faults(world) == []
    world.signing.rotate()
    world.issue(world.granted)
    assert await faults(world) == []
