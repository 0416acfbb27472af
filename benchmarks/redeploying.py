"""What happens to callers while a Deployment changes: redeploys under load, rollback, waking.

The comparators are the application itself: started by hand, and not redeployed at all.
"""

import asyncio
import json
import statistics
import sys
import time
from typing import Any

from connectory.client import Client
from connectory.deployments.model import Deployment, Redeploy
from connectory.hosting.phases import Phase
from connectory.main import Running

REQUESTS, RATE = 10_000, 200.0
ROLLBACKS, WAKES = 10, 10
ROLLBACK_BOUND, WAKE_BOUND = 1.0, 0.05


async def under_load(client: Client, deployment: Deployment) -> tuple[dict[str, Any], int]:
    """What became of the requests, and how often the Deployment was deployed again meanwhile."""
    loading = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.load", str(deployment.applications[0].url),
        str(REQUESTS), str(RATE), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said = asyncio.create_task(loading.communicate())
    redeploys = 0
    while not said.done():
        await client.redeploy(deployment, Redeploy(action="redeploy"))
        deployment = await client.settled_deployment(deployment.id)
        assert deployment.status == "Deployed", deployment.details
        redeploys += 1
    return json.loads((await said)[0]), redeploys


async def rollbacks(client: Client, id_: str) -> list[float]:
    """Seconds from the request to ``Deployed``, code and configuration of before."""
    times = list[float]()
    for _ in range(ROLLBACKS):
        now = await client.deployment(id_)
        newest = await client.newest_revision(id_)
        began = time.perf_counter()
        await client.roll_back(now, newest - 1)
        settled = await client.settled_deployment(id_)
        times.append(time.perf_counter() - began)
        assert settled.status == "Deployed", settled.details
    return times


async def wakes(running: Running, deployment: Deployment, answered: Any) -> list[float]:
    """Seconds from a request to a sleeping application to its answer."""
    supervisor, times = running.platform.hosting.supervisor, list[float]()
    application = deployment.applications[0]
    for _ in range(WAKES):
        while supervisor.phase(application.id) is not Phase.ASLEEP:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        began = time.perf_counter()
        await answered(str(application.url))
        times.append(time.perf_counter() - began)
    return times


def report(
    load: tuple[dict[str, Any], int], back: list[float], woken: list[float], by_hand: float
) -> None:
    found, redeploys = load
    lost = sum(found["others"].values())
    print(
        f"redeploys {redeploys:6d}     in {REQUESTS} requests at {RATE:g}/s: {lost} lost "
        f"{found['others'] or ''}, p50 {found['p50'] * 1000:.1f} ms, p99 {found['p99'] * 1000:.1f} "
        f"ms (bound 0 lost: {_held(lost == 0)})"
    )
    slowest = max(back)
    print(
        f"rollback  {statistics.median(back):6.3f} s   (median of {ROLLBACKS}, at most "
        f"{slowest:.3f} s; bound {ROLLBACK_BOUND} s: {_held(slowest <= ROLLBACK_BOUND)})"
    )
    more = statistics.median(woken) - by_hand
    print(
        f"waking    {statistics.median(woken):6.3f} s   (median of {WAKES}; {more * 1000:.0f} ms "
        f"more than by hand; bound {WAKE_BOUND * 1000:.0f} ms: {_held(more <= WAKE_BOUND)})"
    )


def _held(well: bool) -> str:
    return "held" if well else "MISSED"
