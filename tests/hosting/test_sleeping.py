"""Sleeping when nobody calls, waking for who does, and more instances for a crowd."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tests.hosting.conftest import Pack, Serve, Served, behind, placed, until, written

from connectory.artifacts import ArtifactStore
from connectory.hosting import Hosting
from connectory.hosting import supervisor as supervising
from connectory.hosting.instances import ApplicationState
from connectory.settings import Settings
from connectory.wire import replace as changed

COUNTING = """
const me = Math.random(); const held = [];
console.log('started ' + me);
require('http').createServer((request, response) => {
  if (request.url === '/hold') return held.push(response);
  if (request.url === '/go') { held.forEach(one => one.end('late')); held.length = 0 }
  response.end(String(me));
}).listen(8080);
"""
FLAGGED = """
if (!require('fs').existsSync('flag')) { console.error('the flag is gone'); process.exit(4) }
require('http').createServer((request, response) => response.end('up')).listen(8080);
"""


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(supervising, "TICK", 0.02)
    return changed(settings, idle_timeout=0.3, instance_concurrency=8, drain_timeout=60.0)


async def text(served: Served, path: str = "") -> str:
    async with served.client.get(served.url + path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def state(hosting: Hosting, served: Served) -> ApplicationState:
    (found,) = await hosting.supervisor.states(served.placement.deployment_id)
    return found


def asleep(hosting: Hosting, served: Served) -> Callable[[], Awaitable[bool]]:
    async def found() -> bool:
        seen = await state(hosting, served)
        return seen.asleep and not seen.instances and not seen.draining

    return found


async def sleeper(serve: Serve, hosting: Hosting, script: str, **environment: str) -> Served:
    """One of a preview."""
    served = await serve(script, **environment)
    await hosting.supervisor.halt(served.placement.application_id)
    placement = replace(served.placement, sleeps=True)
    await hosting.supervisor.run(placement)
    return await behind(hosting, placement, served.client)


async def starts(hosting: Hosting, served: Served) -> int:
    log = await written(hosting, served.placement.deployment_id)
    return sum(b"started " in bytes(one.details) for one in log)


async def test_it_sleeps_and_the_first_callers_wake_it_once_and_are_all_answered(
    serve: Serve, hosting: Hosting
) -> None:
    served = await sleeper(serve, hosting, COUNTING)
    before = await starts(hosting, served)
    await until(asleep(hosting, served))
    assert hosting.supervisor.phase(served.placement.application_id) == "is asleep"
    lease = hosting.supervisor.lease
    leases = await asyncio.gather(*(lease(served.placement.application_id) for _ in range(9)))
    assert len({one.door for one in leases if one}) == 1
    assert None not in leases
    assert await starts(hosting, served) == before + 1
    for one in leases:
        assert one
        one.end()
    await until(asleep(hosting, served))
    assert await text(served)
    assert await starts(hosting, served) == before + 2


async def test_one_that_cannot_be_woken_is_unavailable_and_it_is_said_why(
    hosting: Hosting, pack: Pack, serve: Serve, artifacts: ArtifactStore
) -> None:
    served = await serve(COUNTING)
    artifact = await pack(FLAGGED, flag="")
    placement = replace(placed(artifact), sleeps=True)
    await hosting.supervisor.run(placement)
    served = await behind(hosting, placement, served.client)
    await until(asleep(hosting, served))
    (await artifacts.unpack(artifact) / "flag").unlink()
    async with served.client.get(served.url) as answer:
        assert answer.status == 503
        body = await answer.text()
    assert "could not be started: service exited with code 4 before it listened" in body
    assert "the flag" not in body, "its output is nobody's business"
    # it is tried again for a while, and then sleeps again
    await until(asleep(hosting, served))


async def test_who_is_still_answered_keeps_it_awake(serve: Serve, hosting: Hosting) -> None:
    served = await sleeper(serve, hosting, COUNTING)
    waiting = asyncio.create_task(text(served, "/hold"))

    async def held() -> bool:
        found = await state(hosting, served)
        return [one.requests for one in found.instances] == [1]

    await until(held)
    me = await text(served)
    await asyncio.sleep(0.7)
    assert await text(served, "/go") == me
    assert await waiting == "late"


async def test_one_of_production_stays_awake(serve: Serve, hosting: Hosting) -> None:
    served = await serve(COUNTING)
    me = await text(served)
    await asyncio.sleep(0.7)
    assert not (await state(hosting, served)).asleep
    assert await text(served) == me


async def test_a_crowd_is_met_by_another_instance_as_far_as_allowed(
    serve: Serve, hosting: Hosting, pack: Pack
) -> None:
    served = await serve(COUNTING)
    waiting = [asyncio.create_task(text(served, "/hold")) for _ in range(20)]

    async def two() -> bool:
        found = await state(hosting, served)
        return [one.phase for one in found.instances] == ["is running"] * 2

    await until(two)
    # the new one has less to do
    several = {await text(served) for _ in range(2)}
    assert len(several) == 1
    await asyncio.sleep(0.3)
    assert await two(), "and no third one"

    async def let_go() -> bool:
        # calls go to the one that has least to do: each is told through its own door
        for keeper in hosting.supervisor._crews[served.placement.application_id]._keepers:
            assert keeper.reach is not None
            _reader, writer = await keeper.reach.door.connect()
            writer.write(b"GET /go HTTP/1.0\r\n\r\n")
            await writer.drain()
            writer.close()
        return all(one.done() for one in waiting)

    await until(let_go)
    assert [one.result() for one in waiting] == ["late"] * 20
