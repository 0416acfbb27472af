"""Health checks: what counts as well, and what becomes of an application that is not."""

import asyncio
from dataclasses import replace

import pytest
from tests.hosting.conftest import Pack, Serve, behind, placed, until, written

from connectory.durable import Rejected
from connectory.hosting import Hosting
from connectory.hosting.health import Checks, checks, understood
from connectory.hosting.instances import InstanceState
from connectory.hosting.placement import Placement
from connectory.hosting.supervisor import Supervisor
from connectory.specification import HealthCheck
from connectory.wire import replace as changed

MOODY = """
let well = process.env.WELL !== 'no', asked = 0; const me = Math.random();
require('http').createServer((request, response) => {
  if (request.url === '/ill') { well = false; return response.end('now ill') }
  if (request.url === '/asked') return response.end(asked + ' ' + me);
  if (request.url !== '/health?deep=1') return response.end('hello ' + process.uptime());
  asked++;
  if (process.env.SLOW) return;
  response.statusCode = well ? 302 : 503;
  response.end(well ? 'fine' : 'no database for ' + process.env.SECRET);
}).listen(8080);
"""
CHECK = HealthCheck("/health?deep=1", interval_seconds=1, timeout_seconds=20, unhealthy_threshold=2)


@pytest.mark.parametrize(
    ("raw", "well", "said"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True, "was answered with status 200"),
        (b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", True, "was answered with status 204"),
        (b"HTTP/1.0 302 Found\r\n\r\nhere", True, "was answered with status 302: here"),
        (b"HTTP/1.1 404 Not\r\n\r\na\n b\x1b[1m", False, "was answered with status 404: a b?[1m"),
        (b"HTTP/1.1 500\r\n\r\n" + b"x" * 999, False, f"was answered with status 500: {'x' * 200}"),
        (b"SSH-2.0-x\r\n", False, "was not answered in HTTP"),
        (b"HTTP/1.1 ok\r\n\r\n", False, "was not answered in HTTP"),
        (b"", False, "was not answered at all"),
    ],
)
def test_an_answer_is_understood(raw: bytes, well: bool, said: str) -> None:
    answer = understood(raw)
    assert (answer.well, answer.said) == (well, said)


def test_what_is_not_declared_has_defaults() -> None:
    assert checks(None) is None
    assert checks(HealthCheck("/health")) == Checks("/health", 5, 2, 5)
    assert checks(HealthCheck("health", 1, 3, 4)) == Checks("/health", 1, 3, 4)
    injected = checks(HealthCheck("/a b\r\nX: y"))
    assert injected is not None
    assert injected.path == "/a%20b%0D%0AX:%20y"


async def refusal(hosting: Hosting, placement: Placement) -> Rejected:
    """By a platform that does not wait for long; but on a busy machine it may not listen yet."""
    seconds = 1
    while True:
        settings = changed(hosting.settings, start_timeout=seconds)
        supervisor = Supervisor(hosting.supervisor._backend, settings, hosting.logbook)
        await supervisor.start()
        with pytest.raises(Rejected) as refused:
            await supervisor.run(placement)
        assert supervisor.running == ()
        await supervisor.stop()
        if "did not listen" not in refused.value.cause:
            return refused.value
        seconds *= 4


async def test_one_that_is_never_well_is_refused_with_what_it_answered(
    hosting: Hosting, pack: Pack
) -> None:
    ill = replace(placed(await pack(MOODY), WELL="no", SECRET="hunter2-hunter2"), health=CHECK)
    hosting.logbook.mask(ill.deployment_id, ("hunter2-hunter2",))
    refused = await refusal(hosting, ill)
    assert refused.cause.startswith(
        "service listens on port 8080, but its health check GET /health?deep=1 was answered with "
        "status 503: no database for ***************, for "
    )
    assert "from 200 to 399" in refused.fix
    slow = replace(ill, health=replace(CHECK, timeout_seconds=1), environment={"SLOW": "1"})
    assert "was not answered within 1 seconds" in (await refusal(hosting, slow)).cause


async def test_one_that_falls_ill_is_started_again_and_it_is_said_why(
    serve: Serve, hosting: Hosting
) -> None:
    served = await serve(MOODY)
    await hosting.supervisor.halt(served.placement.application_id)
    placement = replace(served.placement, health=CHECK)
    await hosting.supervisor.run(placement)
    served = await behind(hosting, placement, served.client)

    async def told() -> str:
        async with served.client.get(served.url + "/asked") as answer:
            assert answer.status == 200
            return await answer.text()

    async def asked_again() -> bool:
        return int((await told()).split()[0]) > 2

    await until(asked_again)
    assert (await seen(hosting, placement)).healthy
    before = (await told()).split()[1]
    async with served.client.get(served.url + "/ill") as answer:
        assert await answer.text() == "now ill"

    async def restarted() -> bool:
        return (await seen(hosting, placement)).restarts == 1

    await until(restarted)
    assert (await told()).split()[1] != before, "another one, that is waited for"
    state = await seen(hosting, placement)
    assert state.last_failure is not None
    assert state.last_failure.startswith("failed its health check 2 times in a row: GET /health")
    log = await written(hosting, placement.deployment_id)
    assert any(b"failed its health check 2 times in a row" in bytes(one.details) for one in log)


async def seen(hosting: Hosting, placement: Placement) -> InstanceState:
    (application,) = await hosting.supervisor.states(placement.deployment_id)
    (instance,) = application.instances
    return instance


async def test_an_answer_that_never_comes_leaves_nothing_behind(
    hosting: Hosting, pack: Pack
) -> None:
    """Halted while a check is under way."""
    check = replace(CHECK, timeout_seconds=20)
    placement = replace(placed(await pack(MOODY), SLOW="1"), health=check)
    starting = asyncio.create_task(hosting.supervisor.run(placement))

    async def begun() -> bool:
        states = await hosting.supervisor.states(placement.deployment_id)
        return bool(states)

    await until(begun)
    await hosting.supervisor.halt(placement.application_id)
    await asyncio.wait({starting})
    assert starting.exception() is not None
    assert hosting.supervisor.running == ()
