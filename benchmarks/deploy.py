"""Deploying against starting the same application by hand, interleaved.

Measured: from the deployment request to the first answered call; and, for the comparator, from
``node dist/server.js`` in the built tree to its first answer. The bound is a difference: at most
0.7 s more. Then what callers see of redeploys, how long a rollback takes, and how much longer than
by hand a sleeping application takes to answer.
"""

import asyncio
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import aiohttp

from benchmarks import redeploying
from benchmarks.support import drafted, published, whole_platform
from connectory.cli.example import TAG, tag_example
from connectory.client import Client
from connectory.deployments.model import (
    ApplicationValues,
    ConfigurationValue,
    ConnectorReference,
    Deployment,
    DeploymentDraft,
)
from connectory.telemetry import configure_logging

ROUNDS = 15
BOUND = 0.7
BY_HAND = 8080


async def main() -> None:
    configure_logging("error")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o711)
        async with whole_platform(directory, {"CONNECTORY_IDLE_TIMEOUT": "1"}) as (running, client):
            repository = tag_example(directory / "greeting")
            staged = await published(client, await drafted(client, str(repository), TAG))
            tree = built_by_hand(directory)
            await by_hand(tree)
            pairs = [
                (await by_hand(tree), await by_platform(client, staged.id)) for _ in range(ROUNDS)
            ]
            report(pairs)
            deployment = await deployed(client, staged.id)
            load = await redeploying.under_load(client, deployment)
            back = await redeploying.rollbacks(client, deployment.id)
            woken = await redeploying.wakes(running, deployment, first_answer)
            hand = statistics.median([await by_hand(tree) for _ in range(ROUNDS)])
            redeploying.report(load, back, woken, hand)


async def by_platform(client: Client, connector: str) -> float:
    began = time.perf_counter()
    deployment = await deployed(client, connector)
    await first_answer(str(deployment.applications[0].url))
    took = time.perf_counter() - began
    await client.delete_deployment(deployment.id)
    await client.until_gone(deployment.id)
    return took


async def deployed(client: Client, connector: str) -> Deployment:
    values = ApplicationValues(
        application_name="greeting",
        secured_configuration=(ConfigurationValue(key="SIGNING_KEY", value="k"),),
    )
    draft = DeploymentDraft(
        connector=ConnectorReference(id=connector),
        region="europe-west1.gcp",
        configurations=(values,),
    )
    made = await client.create_deployment(draft)
    return await client.settled_deployment(made.id)


def built_by_hand(directory: Path) -> Path:
    tree = directory / "greeting" / "greeting"
    for command in (("npm", "ci", "--no-audit", "--no-fund"), ("npm", "run", "build")):
        subprocess.run(command, cwd=tree, check=True, capture_output=True)
    return tree


async def by_hand(tree: Path) -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        "node",
        "dist/server.js",
        cwd=tree,
        env={**os.environ, "PORT": str(BY_HAND), "SIGNING_KEY": "k"},
        stdout=subprocess.DEVNULL,
    )
    await first_answer(f"http://127.0.0.1:{BY_HAND}/greeting")
    took = time.perf_counter() - began
    process.terminate()
    await process.wait()
    return took


async def first_answer(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as response:
                    assert response.status == 200
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.005)


def report(pairs: list[tuple[float, float]]) -> None:
    hand, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    more = statistics.median(two - one for one, two in pairs)
    print(f"by hand   {hand:6.3f} s   (median of {ROUNDS}, start to first answer)")
    print(f"deployed  {ours:6.3f} s   (request to first answer)")
    print(f"more      {more:6.3f} s   (bound {BOUND} s: {'held' if more <= BOUND else 'MISSED'})")


if __name__ == "__main__":
    asyncio.run(main())
