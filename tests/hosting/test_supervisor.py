"""Keeping applications running, with real processes."""

import asyncio
import threading

import pytest
from msgspec.structs import replace
from tests.hosting.conftest import HELLO, Pack, Serve, placed, until, written

from connectory.artifacts import ArtifactStore
from connectory.durable import Rejected
from connectory.hosting import Hosting
from connectory.hosting.backends import Processes
from connectory.hosting.logbook import LogBook
from connectory.hosting.phases import ApplicationHaltedError, Phase
from connectory.hosting.restarts import Pace
from connectory.hosting.supervisor import Supervisor

DIES = "console.error('no database at ' + process.env.SECRET); process.exit(1)"
ELSEWHERE = "require('http').createServer((q, s) => s.end()).listen(3000)"
FRAGILE = """
require('http').createServer((request, response) => {
  if (request.url === '/die') process.exit(7);
  response.end(String(process.pid) + ' ' + process.uptime());
}).listen(8080);
"""


async def test_an_early_end_is_refused_with_cause_and_masked_evidence(
    hosting: Hosting, pack: Pack
) -> None:
    placement = placed(await pack(DIES), SECRET="hunter2-hunter2")
    hosting.logbook.mask(placement.deployment_id, ("hunter2-hunter2",))
    with pytest.raises(Rejected) as refused:
        await hosting.supervisor.run(placement)
    assert refused.value.cause == "service exited with code 1 before it listened on port 8080"
    assert "no database at ***************" in refused.value.evidence
    assert "hunter2" not in refused.value.message
    assert hosting.supervisor.running == ()


async def test_another_port_is_named(hosting: Hosting, pack: Pack, backend: Processes) -> None:
    artifact = await pack(ELSEWHERE)

    async def refused(seconds: int) -> str:
        quick = replace(hosting.settings, start_timeout=seconds)
        supervisor = Supervisor(backend, quick, hosting.logbook)
        await supervisor.start()
        with pytest.raises(Rejected) as refusal:
            await supervisor.run(placed(artifact))
        assert supervisor.running == ()
        return refusal.value.cause

    # on a busy machine it may not listen at all yet
    causes = [await refused(1)]
    while "instead" not in causes[-1]:
        causes.append(await refused(4 ** len(causes)))
    assert causes[-1].endswith("; it listens on 3000 instead")


async def test_running_twice_is_running_once(hosting: Hosting, pack: Pack) -> None:
    placement = placed(await pack(HELLO))
    first = await hosting.supervisor.run(placement)
    lease = await hosting.supervisor.lease(placement.application_id)
    assert await hosting.supervisor.run(placement) == first
    again = await hosting.supervisor.lease(placement.application_id)
    assert lease
    assert again
    assert lease.door is again.door
    lease.end()
    again.end()


async def test_another_configuration_takes_over_when_it_is_told_to(
    serve: Serve, hosting: Hosting
) -> None:
    from dataclasses import replace as changed

    async def answer() -> str:
        async with served.client.get(served.url) as response:
            return await response.text()

    served = await serve(HELLO, NAME="first")
    await hosting.supervisor.run(changed(served.placement, environment={"NAME": "second"}))
    assert await answer() == "hello from first"
    ids = (served.placement.application_id,)
    await hosting.supervisor.promote(served.placement.deployment_id, ids)
    assert await answer() == "hello from second"
    await hosting.supervisor.run(changed(served.placement, environment={"NAME": "third"}))
    await hosting.supervisor.retreat(served.placement.deployment_id)
    assert await answer() == "hello from second"


async def test_a_crash_is_answered_by_a_restart_and_told_in_the_log(
    serve: Serve, hosting: Hosting
) -> None:
    served = await serve(FRAGILE)
    async with served.client.get(served.url + "/die") as answer:
        assert answer.status == 502

    async def answers() -> bool:
        async with served.client.get(served.url) as answer:
            return answer.status == 200

    await until(answers)
    log = await written(hosting, served.placement.deployment_id)
    told = [one for one in log if b"exited with code 7. It is started again" in bytes(one.details)]
    assert [one.severity for one in told] == ["ERROR"]


async def test_an_application_that_keeps_dying_is_started_ever_more_slowly(
    hosting: Hosting, pack: Pack
) -> None:
    script = HELLO + "setTimeout(() => process.exit(1), 50)"
    placement = placed(await pack(script))
    await hosting.supervisor.restore(placement)

    async def told() -> bool:
        log = await written(hosting, placement.deployment_id)
        return any(b"started again in 1 s" in bytes(one.details) for one in log)

    await until(told)
    await hosting.supervisor.halt(placement.application_id)
    assert hosting.supervisor.phase(placement.application_id) is Phase.STOPPED


async def test_a_crash_loop_is_told_once_and_so_is_its_end(
    hosting: Hosting, backend: Processes, pack: Pack, artifacts: ArtifactStore
) -> None:
    pace = Pace(first_delay=0.05, longest_delay=0.1, steady=0.5, loop_ends=3)
    supervisor = Supervisor(backend, hosting.settings, hosting.logbook, pace)
    await supervisor.start()
    artifact = await pack("if (!require('fs').existsSync('mended')) process.exit(9);" + HELLO)
    placement = placed(artifact)
    await supervisor.restore(placement)

    async def looping() -> bool:
        (application,) = await supervisor.states(placement.deployment_id)
        return application.crash_loop and application.instances[0].restarts > 4

    async def well() -> bool:
        (application,) = await supervisor.states(placement.deployment_id)
        return application.phase == "is running" and not application.crash_loop

    await until(looping)
    (application,) = await supervisor.states(placement.deployment_id)
    failure = application.instances[0].last_failure
    assert failure is not None
    assert failure.startswith("could not be started: service exited with code 9 before")
    (await artifacts.unpack(artifact) / "mended").write_text("")
    await until(well)
    await supervisor.stop()
    log = await written(hosting, placement.deployment_id)
    said = b"\n".join(bytes(one.details) for one in log)
    assert said.count(b"The application keeps ending: 3 times within 5 minutes.") == 1
    assert said.count(b"The application runs steadily again.") == 1


async def test_halting_ends_a_start_under_way(hosting: Hosting, pack: Pack) -> None:
    placement = placed(await pack("setInterval(() => {}, 1000)"))
    starting = asyncio.create_task(hosting.supervisor.run(placement))
    await asyncio.sleep(0.3)
    await hosting.supervisor.halt_deployment(placement.deployment_id)
    with pytest.raises(ApplicationHaltedError):
        await starting
    assert hosting.supervisor.running == ()


async def test_giving_up_a_start_leaves_nothing(hosting: Hosting, pack: Pack) -> None:
    placement = placed(await pack("setInterval(() => {}, 1000)"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await hosting.supervisor.run(placement)
    assert hosting.supervisor.running == ()


async def test_it_may_be_asked_from_another_loop_in_another_thread(
    serve: Serve, hosting: Hosting, pack: Pack
) -> None:
    placement = placed(await pack(HELLO))
    failures: list[BaseException] = []

    def elsewhere() -> None:
        try:
            asyncio.run(hosting.supervisor.run(placement))
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=elsewhere, daemon=True)
    thread.start()
    while thread.is_alive():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert not failures
    lease = await hosting.supervisor.lease(placement.application_id)
    assert lease is not None
    lease.end()


async def test_giving_up_in_another_loop_leaves_nothing_here(hosting: Hosting, pack: Pack) -> None:
    placement = placed(await pack("setInterval(() => {}, 1000)"))

    async def impatient() -> None:
        async with asyncio.timeout(0.3):
            await hosting.supervisor.run(placement)

    def elsewhere() -> None:
        with pytest.raises(TimeoutError):
            asyncio.run(impatient())

    thread = threading.Thread(target=elsewhere, daemon=True)
    thread.start()
    while thread.is_alive():  # noqa: ASYNC110
        await asyncio.sleep(0.01)

    async def gone() -> bool:
        return hosting.supervisor.running == ()

    await until(gone)


async def test_a_restored_application_is_waited_for_by_its_callers(
    serve: Serve, hosting: Hosting
) -> None:
    served = await serve("setTimeout(() => {" + HELLO + "}, 500)", NAME="patience")
    await hosting.supervisor.halt(served.placement.application_id)
    await hosting.supervisor.restore(served.placement)
    async with served.client.get(served.url) as answer:
        assert await answer.text() == "hello from patience"


async def test_a_restored_application_that_fails_is_tried_again(
    hosting: Hosting, pack: Pack
) -> None:
    placement = placed(await pack("process.exit(1)"))
    await hosting.supervisor.restore(placement)

    async def told() -> bool:
        log = await written(hosting, placement.deployment_id)
        return sum(b"could not be started" in bytes(one.details) for one in log) >= 2

    await until(told)
    assert hosting.supervisor.running == (placement.application_id,)


async def test_nothing_runs_after_stop(
    backend: Processes, hosting: Hosting, pack: Pack, database: object
) -> None:
    supervisor = Supervisor(backend, hosting.settings, LogBook(hosting.database, 30))
    await supervisor.start()
    artifact = await pack(HELLO)
    placements = [placed(artifact) for _ in range(3)]
    await asyncio.gather(*map(supervisor.run, placements))
    leases = [await supervisor.lease(one.application_id) for one in placements]
    assert all(leases)
    await supervisor.stop()
    assert supervisor.running == ()
