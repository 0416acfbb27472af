"""How late jobs are called: a thousand schedules, in a running platform with a real receiver.

Measured: from the moment a job is due to the moment its request is sent, as its history says, and
to the moment it arrives at the application, by the application's own clock on the same machine. Two
ways: the thousand spread over the seconds of half a minute, and all of them due in the same second,
when the one program that receives them all is the slowest part. The comparator is a timer alone:
how late an empty callback is that the same event loop is asked to run at such moments later. The
bound is 50 ms for the 99th percentile of sending.
"""

import asyncio
import tempfile
import time
import uuid
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

import aiohttp
import uvloop
from sqlalchemy import insert, select

from benchmarks.support import whole_platform
from connectory.artifacts import ImageConfig
from connectory.hosting import Hosting
from connectory.hosting.jobs import Jobs
from connectory.hosting.jobs.store import runs, schedules
from connectory.hosting.lease import Lease
from connectory.hosting.placement import Placement
from connectory.hosting.routes import Wanted, allocate
from connectory.specification import ApplicationType
from connectory.telemetry import configure_logging

COUNT, SPREAD, BOUND = 1000, 30, 50
RECEIVED_BY = "receiver"
RECEIVER = """
const seen = {};
require('http').createServer((request, response) => {
  const now = Date.now();
  if (request.url === '/seen') return response.end(JSON.stringify(seen));
  request.resume();
  seen[request.url.slice(1)] = now;
  response.end();
}).listen(8080);
"""


class Lateness(NamedTuple):
    """Milliseconds, sorted: of requests sent, of requests arrived, and of timers alone."""

    sent: list[float]
    arrived: list[float]
    alone: list[float]


def percentile(percent: int, late: list[float]) -> float:
    return late[len(late) * percent // 100]


class Everyone:
    """A thousand applications that are all the same one: what is measured is the timing."""

    def __init__(self, hosting: Hosting) -> None:
        self._supervisor = hosting.supervisor

    async def lease(self, application_id: str) -> Lease | None:  # noqa: ARG002
        return await self._supervisor.lease(RECEIVED_BY)

    def why(self, application_id: str) -> str:  # noqa: ARG002
        return self._supervisor.why(RECEIVED_BY)


async def main() -> None:
    configure_logging("error")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o711)
        async with whole_platform(directory) as (running, _):
            hosting = running.platform.hosting
            await hosting.jobs.stop()
            url = await receiving(hosting, directory)
            everyone = Everyone(hosting)
            jobs = Jobs(hosting.settings, hosting.database, everyone, hosting.logbook)
            await jobs.start()
            spread = await lateness(hosting, jobs, url, SPREAD)
            at_once = await lateness(hosting, jobs, url, 1)
            await jobs.stop()
    report(spread, at_once)


async def receiving(hosting: Hosting, directory: Path) -> str:
    """The URL of the receiver, behind the gateway."""
    tree = directory / "receiver"
    tree.mkdir()
    (tree / "index.js").write_text(RECEIVER)
    config = ImageConfig(("node", "index.js"), "/workspace")
    packed = await hosting.artifacts.pack(tree, prefix="workspace", config=config, annotations={})
    placement = Placement(
        application_id=RECEIVED_BY,
        deployment_id=str(uuid.uuid4()),
        application_name="receiver",
        artifact=packed.digest,
        command=("node", "index.js"),
        kind=ApplicationType.JOB,
    )
    await hosting.supervisor.run(placement)
    wanted = Wanted(RECEIVED_BY, "receiver", "")
    routes = await hosting.database.write(
        lambda c: allocate(c, hosting.settings, placement.deployment_id, [wanted])
    )
    await hosting.listeners.open(routes[0])
    return f"http://127.0.0.1:{routes[0].port}"


async def lateness(hosting: Hosting, jobs: Jobs, url: str, seconds: int) -> Lateness:
    """``seconds`` is how many they are spread over."""
    begin = (int(time.time()) + 6) * 1000
    due = {f"{uuid.uuid4().hex}": begin + number * seconds // COUNT * 1000
           for number in range(COUNT)}  # fmt: skip
    rows = [
        {"application_id": name, "deployment_id": name, "application_name": "job",
         "endpoint": f"/{name}", "schedule": "@yearly", "next_at": moment}
        for name, moment in due.items()
    ]  # fmt: skip
    await hosting.database.write(lambda c: c.execute(insert(schedules), rows))
    jobs.wake()
    async with aiohttp.ClientSession() as client:
        async with asyncio.timeout(60):
            while not due.keys() <= (seen := await arrived(client, url)).keys():  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    sent = await starts(hosting, due.keys())
    later = (int(time.time()) + 2) * 1000 - begin
    return Lateness(
        sorted(sent[name] - moment for name, moment in due.items()),
        sorted(seen[name] - moment for name, moment in due.items()),
        sorted(await asyncio.gather(*(timer(moment + later) for moment in due.values()))),
    )


async def timer(moment: int) -> float:
    """How late the loop itself is."""
    await asyncio.sleep(moment / 1000 - time.time())
    return max(0.0, time.time() * 1000 - moment)


async def starts(hosting: Hosting, names: AbstractSet[str]) -> dict[str, int]:
    """When each run began, once all are written down as over."""
    over = select(runs.c.application_id, runs.c.started_at).where(runs.c.finished_at.is_not(None))
    async with asyncio.timeout(60):
        while True:
            rows = await hosting.database.read(lambda c: c.execute(over).all())
            found = {one.application_id: int(one.started_at) for one in rows}
            if names <= found.keys():
                return found
            await asyncio.sleep(0.2)


async def arrived(client: aiohttp.ClientSession, url: str) -> dict[str, float]:
    async with client.get(f"{url}/seen") as answer:
        seen: dict[str, float] = await answer.json(content_type=None)
        return seen


def report(spread: Lateness, at_once: Lateness) -> None:
    for name, found in ((f"over {SPREAD} s", spread), ("in one second", at_once)):
        for what, late in (("sent", found.sent), ("arrived", found.arrived),
                           ("timers alone", found.alone)):  # fmt: skip
            p50, p99 = percentile(50, late), percentile(99, late)
            print(f"{COUNT} jobs {name:14} {what:12}  p50 {p50:6.1f} ms  p99 {p99:6.1f} ms")
    held = all(percentile(99, one.sent) <= BOUND for one in (spread, at_once))
    print(f"bound {BOUND} ms for sending, p99: {'held' if held else 'MISSED'}")


if __name__ == "__main__":
    uvloop.run(main())  # as the platform itself does
