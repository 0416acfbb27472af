"""Taking over without cutting anybody off."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from tests.hosting.conftest import Pack, Serve, Served, until
from tests.hosting.test_gateway import SOCKETS

from connectory.hosting import Hosting
from connectory.hosting import keeper as keeping
from connectory.settings import Settings
from connectory.wire import replace as changed

SLOW = """
let held = [];
require('http').createServer((request, response) => {
  const name = process.env.NAME;
  if (request.url === '/hold') return held.push(() => response.end('late from ' + name));
  if (request.url === '/held') return response.end(String(held.length));
  if (request.url === '/go') { held.forEach(one => one()); return response.end() }
  response.end(name);
}).listen(8080);
process.on('SIGTERM', () => { held.forEach(one => one()); setTimeout(() => process.exit(), 50) });
"""


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(keeping, "LAST_WORDS", 0.1)
    return changed(settings, drain_timeout=60.0)


async def text(served: Served, path: str = "") -> str:
    async with served.client.get(served.url + path) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def taken_over(hosting: Hosting, served: Served, **environment: str) -> None:
    placement = replace(served.placement, environment=environment)
    await hosting.supervisor.run(placement)
    await hosting.supervisor.promote(placement.deployment_id, {placement.application_id})


async def draining(hosting: Hosting, served: Served) -> int:
    (state,) = await hosting.supervisor.states(served.placement.deployment_id)
    return state.draining


async def holding(served: Served, count: int = 1) -> "asyncio.Task[str]":
    """A request that is answered when somebody says so, begun."""
    waiting = asyncio.create_task(text(served, "/hold"))

    async def held() -> bool:
        return int(await text(served, "/held")) >= count

    await until(held)
    return waiting


async def test_the_new_one_answers_at_once_and_the_old_one_what_it_had_begun(
    serve: Serve, hosting: Hosting
) -> None:
    served = await serve(SLOW, NAME="old")
    waiting = await holding(served)
    lease = await hosting.supervisor.lease(served.placement.application_id)
    assert lease is not None
    await taken_over(hosting, served, NAME="new")
    assert await text(served) == "new"
    assert not waiting.done()
    assert await draining(hosting, served) == 1
    reader, writer = await lease.door.connect()
    writer.write(b"GET /go HTTP/1.0\r\n\r\n")
    assert await reader.read()
    writer.close()
    assert await waiting == "late from old"

    async def gone() -> bool:
        return await draining(hosting, served) == 0

    assert not await gone(), "somebody still has a lease"
    lease.end()
    lease.end()
    await until(gone)
    with pytest.raises(ConnectionRefusedError):
        await lease.door.connect()


async def test_undeploying_gives_answers_under_way_a_moment(serve: Serve, hosting: Hosting) -> None:
    """Here the application itself takes it, as it is asked to end."""
    served = await serve(SLOW, NAME="old")
    waiting = await holding(served)
    await hosting.supervisor.halt_deployment(served.placement.deployment_id)
    assert await waiting == "late from old"
    assert hosting.supervisor.running == ()


async def test_halting_ends_what_is_still_draining_too(serve: Serve, hosting: Hosting) -> None:
    served = await serve(SLOW, NAME="old")
    waiting = await holding(served)
    await taken_over(hosting, served, NAME="new")
    await hosting.supervisor.halt_deployment(served.placement.deployment_id)
    assert await waiting == "late from old"
    assert not hosting.supervisor._leaving
    assert hosting.supervisor.running == ()


async def test_halting_twice_does_not_interrupt_the_end(serve: Serve, hosting: Hosting) -> None:
    """Of one that takes its time."""
    script = SLOW.replace("process.exit(), 50", "process.exit(), 600")
    served = await serve(script, NAME="old")
    lease = await hosting.supervisor.lease(served.placement.application_id)
    assert lease is not None
    halt = hosting.supervisor.halt
    first = asyncio.create_task(halt(served.placement.application_id))
    await asyncio.sleep(0.3)
    await halt(served.placement.application_id)
    with pytest.raises(OSError, match=r"refused|ended"):
        await lease.door.connect()
    await first


async def test_no_request_fails_while_versions_take_turns(serve: Serve, hosting: Hosting) -> None:
    served = await serve(SLOW, NAME="0")
    stop, said = asyncio.Event(), list[str]()

    async def ask() -> None:
        while not stop.is_set():
            said.append(await text(served))

    asking = [asyncio.create_task(ask()) for _ in range(8)]
    for number in range(1, 5):
        await taken_over(hosting, served, NAME=str(number))
        count = len(said)

        async def more(count: int = count) -> bool:
            return len(said) > count + 8

        await until(more)
    stop.set()
    await asyncio.gather(*asking)
    assert set(said) == {"0", "1", "2", "3", "4"}
    assert said[-8:] == ["4"] * 8


class TestWebSockets:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return changed(settings, drain_timeout=0.2)

    async def test_are_closed_as_going_away_after_the_time_to_drain(
        self, serve: Serve, hosting: Hosting, pack: Pack
    ) -> None:
        served = await serve(SOCKETS, NAME="old")
        async with served.client.ws_connect(served.url) as ws:
            await ws.send_str("one")
            assert await ws.receive_str(timeout=100) == "one"
            await taken_over(hosting, served, NAME="new")
            assert (await ws.receive(timeout=100)).type is aiohttp.WSMsgType.CLOSE
            assert ws.close_code == 1001
        async with served.client.ws_connect(served.url) as ws:
            await ws.send_str("two")
            assert await ws.receive_str(timeout=100) == "two"
