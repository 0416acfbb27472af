"""Events from publishing to delivery, stored durably, with a trivial receiver.

A real event application (Node, 20 lines) is deployed; a publisher in a process of its own publishes
to its topic over HTTP. The application measures from the publisher's clock to its own, on the same
machine. Beside it the same load on a Redis stream that syncs each write (``appendfsync always``),
whose consumer runs in the publisher's process and delivers nothing by HTTP. Bounds: p50 at most
5 ms, 3,000 messages a second.

``--messages 1000000`` is another run: that many to a receiver that fails and dies, none lost.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import aiohttp
import uvloop

from benchmarks import redis_stream
from benchmarks.events_chaos import chaos
from benchmarks.support import PORT, drafted, platform, published
from connectory.client import Client
from connectory.deployments.model import (
    ApplicationDeployment,
    ApplicationValues,
    ConnectorReference,
    DeploymentDraft,
)
from connectory.telemetry import configure_logging

P50, RATE = 5.0, 3000
ROUNDS = 3
TAG = "1.0.0"
CONNECT = """\
deployAs:
  - name: listener
    applicationType: event
    endpoint: /events
"""
PACKAGE = {
    "name": "listener",
    "version": "1.0.0",
    "private": True,
    "scripts": {"start": "node index.js"},
    "engines": {"node": ">=20"},
}
LOCK = {
    "name": "listener",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "requires": True,
    "packages": {"": {"name": "listener", "version": "1.0.0", "engines": {"node": ">=20"}}},
}
LISTENER = """\
const http = require('http');
let delays = [];
http.createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(JSON.stringify(delays));
    delays = [];
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const now = performance.timeOrigin + performance.now();
    const { message } = JSON.parse(Buffer.concat(chunks));
    delays.push(now - Number(message.attributes.at));
    response.writeHead(204).end();
  });
}).listen(8080);
"""


class Load(NamedTuple):
    """``rate`` in messages a second; 0: as fast as it goes."""

    name: str
    messages: int
    batch: int
    rate: int
    connections: int = 1


LOADS = (
    Load("singly, 200 a second", 1000, 1, 200),
    Load("by tens, 3,000 a second", 15_000, 10, 3000, 4),
    Load("by hundreds, at full speed", 30_000, 100, 0, 4),
)


class Measured(NamedTuple):
    rate: float
    delays: list[float]


async def main() -> None:
    configure_logging("error")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o711)
        async with platform(directory) as client, aiohttp.ClientSession() as session:
            application = await deployed(client, tagged(directory / "events"))
            topic = f"http://127.0.0.1:{PORT}/v1/projects/connectory-demo/topics/{application.topic}:publish"
            await ours(session, topic, str(application.url), Load("warm", 1000, 10, 0))
            for load in LOADS:
                for _ in range(ROUNDS):
                    report(load, "ours", await ours(session, topic, str(application.url), load))
                    if redis_stream.SERVER:
                        beside = await redis_stream.stream(load.messages, load.batch, load.rate)
                        report(load, "Redis", Measured(*beside))


async def ours(session: aiohttp.ClientSession, topic: str, url: str, load: Load) -> Measured:
    numbers = (load.messages, load.batch, load.rate, load.connections)
    loop = asyncio.get_running_loop()
    publisher = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.publishing", topic, *map(str, numbers),
        stdout=subprocess.PIPE,
    )  # fmt: skip
    delays: list[float] = []
    said, _ = await publisher.communicate()
    publishing = float(said)
    started = loop.time() - publishing
    while len(delays) < load.messages:
        async with session.get(url) as answer:
            delays += json.loads(await answer.read())
        await asyncio.sleep(0.01)
    return Measured(load.messages / (loop.time() - started), delays)


def report(load: Load, who: str, found: Measured) -> None:
    delays = sorted(found.delays)
    p50, p99 = (delays[int(len(delays) * part)] for part in (0.5, 0.99))
    print(f"{load.name:28} {who:6} {found.rate:7.0f}/s   p50 {p50:8.2f} ms   p99 {p99:8.2f} ms")


def tagged(target: Path) -> Path:
    """The application's connector, as a Git repository."""
    application = target / "listener"
    application.mkdir(parents=True)
    (target / "connect.yaml").write_text(CONNECT)
    (application / "package.json").write_text(json.dumps(PACKAGE))
    (application / "package-lock.json").write_text(json.dumps(LOCK))
    (application / "index.js").write_text(LISTENER)
    who = ("-c", "user.name=Connectory", "-c", "user.email=bench@connectory.example")
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        (*who, "commit", "--quiet", "--message", "Listen"),
        (*who, "tag", TAG),
    ):
        subprocess.run(["git", *arguments], cwd=target, check=True, capture_output=True)
    return target


async def deployed(client: Client, repository: Path) -> ApplicationDeployment:
    staged = await published(client, await drafted(client, str(repository), TAG))
    draft = DeploymentDraft(
        connector=ConnectorReference(id=staged.id),
        region="europe-west1.gcp",
        configurations=(ApplicationValues(application_name="listener"),),
    )
    made = await client.create_deployment(draft)
    deployment = await client.settled_deployment(made.id)
    assert deployment.status == "Deployed", deployment
    return deployment.applications[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=0)
    messages = parser.parse_args().messages
    uvloop.run(chaos(messages) if messages else main())
