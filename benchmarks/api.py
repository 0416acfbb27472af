"""The API under load: reads against a bare application, searches, durable updates, memory.

- GET of a Connector, 16 connections, against an application of the same framework that answers the
  same bytes from memory, interleaved: at least 0.5 of its throughput.
- Search over 100,000 Connectors with text, filter and paging: p99 under 30 ms.
- A draft update, durable, 100 a second: p99 under 40 ms.
- Memory under load: ``--minutes 10`` for the long run; the growth of the second half is reported.

Needs wrk (Debian package ``wrk``).
"""

import argparse
import asyncio
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from sqlalchemy import Connection

from connectory.auth import Project
from connectory.auth.administration import ApiClientDraft, Credentials, add_api_client, set_up
from connectory.auth.store import project_with_key
from connectory.client import basic
from connectory.connectors import store
from connectory.connectors.model import (
    Build,
    ConnectorStaged,
    ConnectorStagedDraft,
    Creator,
    IntegrationType,
    Repository,
    Source,
)
from connectory.connectors.progress import published, released
from connectory.connectors.update import create
from connectory.database import open_database
from connectory.wire import replace

CONNECTORS = 100_000
CONNECTIONS = 16
ROUNDS = 5
PORT, BARE_PORT = 18_655, 18_656
WORDS = (
    "tax",
    "payment",
    "search",
    "email",
    "loyalty",
    "shipping",
    "orders",
    "stock",
    "returns",
    "invoice",
    "gift",
    "subscription",
)
BARE = """
import os
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
BODY = open(os.environ["BODY"], "rb").read()
async def read(request):
    return Response(BODY, media_type="application/json")
app = Starlette(routes=[Route("/connectors/{id}", read)])
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=0.5, help="how long memory is watched")
    minutes = arguments.parse_args().minutes
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        credentials, connector, draft = prepare(directory)
        with platform(directory) as pid, bare(directory, connector):
            asyncio.run(measure(pid, credentials, connector, draft, minutes))


def prepare(directory: Path) -> tuple[Credentials, str, str]:
    """A database of many Connectors; API credentials, a Connector's id, a draft's id."""
    import connectory.main  # noqa: F401 - every table declares itself

    database = open_database("", directory / "data")
    first = database.write_blocking(set_up)
    assert first is not None
    project = database.read_blocking(lambda c: project_with_key(c, "demo"))
    assert project is not None
    ids: list[str] = []
    for start in range(0, CONNECTORS, 5_000):
        database.write_blocking(lambda c, s=start: ids.extend(fill(c, project, s)))  # type: ignore[misc]
    credentials = database.write_blocking(
        lambda c: add_api_client(c, ApiClientDraft(project_key="demo"))
    )
    database.close()
    return credentials, ids[0], ids[1]


def fill(connection: Connection, project: Project, start: int) -> list[str]:
    made = []
    for number in range(start, min(start + 5_000, CONNECTORS)):
        staged = connector(number)
        store.insert_staged(connection, staged, project, "c" * 40)
        done = published(staged)
        store.save_staged(connection, done, expected=staged.version)
        public = replace(released(done, 1, certified=True), private=False)
        build = Build("c" * 40, "t" * 40, ())
        store.insert_connector(connection, public, project.organization_id, build)
        made.append(staged.id)
    return made


def connector(number: int) -> ConnectorStaged:
    one, two = WORDS[number % len(WORDS)], WORDS[(number // len(WORDS)) % len(WORDS)]
    draft = ConnectorStagedDraft(
        key=f"connector-{number}",
        name=f"{one} {two} {number}",
        description=f"Brings {one} and {two} to your shop, number {number}. " * 4,
        creator=Creator(email="bench@connectory.example", company=f"Company {number % 50}"),
        integration_types=(tuple(IntegrationType)[number % 14],),
        repository=Repository(url="https://git.example/tax.git", tag="1.0.0"),
    )
    return create(str(uuid.uuid4()), draft, Source("c" * 40, (), None, None))


@contextmanager
def platform(directory: Path) -> Iterator[int]:
    command = (sys.executable, "-m", "connectory", "up")
    where = ("--data", str(directory / "data"), "--port", str(PORT))
    environment = {**os.environ, "CONNECTORY_LOG_LEVEL": "error"}
    with subprocess.Popen([*command, *where], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(3)
        try:
            yield process.pid
        finally:
            process.terminate()


@contextmanager
def bare(directory: Path, connector_id: str) -> Iterator[None]:
    """The comparator: the same framework and server, the same bytes, nothing else."""
    database = open_database("", directory / "data")
    found = database.read_blocking(lambda c: store.connector_with(c, id=connector_id))
    database.close()
    assert found is not None
    (directory / "body").write_bytes(msgspec.json.encode(found.connector))
    (directory / "bare.py").write_text(BARE)
    command = [sys.executable, "-m", "uvicorn", "bare:app", "--port", str(BARE_PORT)]
    environment = {**os.environ, "BODY": str(directory / "body")}
    with subprocess.Popen(
        [*command, "--no-access-log", "--log-level", "error"], cwd=directory, env=environment
    ) as process:
        time.sleep(2)
        try:
            yield
        finally:
            process.terminate()


async def measure(
    pid: int, credentials: Credentials, connector_id: str, draft: str, minutes: float
) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{PORT}") as session:
        url = "/oauth/token?grant_type=client_credentials"
        who = basic(credentials.client_id, credentials.client_secret)
        async with session.post(url, headers=who) as answer:
            token = (await answer.json())["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        await reads(connector_id, token)
        await searches(session)
        await updates(session, draft)
        await memory(pid, connector_id, token, minutes)


async def reads(connector_id: str, token: str) -> None:
    pairs = []
    for _ in range(ROUNDS):
        bare_rate = await asyncio.to_thread(wrk, BARE_PORT, f"/connectors/{connector_id}", token)
        our_rate = await asyncio.to_thread(wrk, PORT, f"/connectors/{connector_id}", token)
        pairs.append((bare_rate, our_rate))
    ratio = statistics.median(ours / bare_ for bare_, ours in pairs)
    bare_rate, our_rate = (statistics.median(column) for column in zip(*pairs, strict=True))
    rates = f"{our_rate:8.0f}/s, bare {bare_rate:8.0f}/s: {ratio:.2f}"
    print(f"GET a Connector   {rates} {held(ratio >= 0.5)} (bound 0.5)")


async def searches(session: aiohttp.ClientSession) -> None:
    times = []
    for number in range(600):
        text, kind = WORDS[number % len(WORDS)], tuple(IntegrationType)[number % 14]
        query = {
            "text": text,
            "integrationTypes": kind,
            "limit": "20",
            "offset": str(number % 5 * 20),
        }
        began = time.perf_counter()
        async with session.get("/connectors/search", params=query) as answer:
            page = await answer.json()
        times.append(time.perf_counter() - began)
        assert answer.status == 200, page
    bound = f"(bound p99 30 ms, {CONNECTORS} Connectors)"
    print(f"search            {shown(times)} {held(p99(times) < 0.03)} {bound}")


async def updates(session: aiohttp.ClientSession, draft: str) -> None:
    """100 a second, each waiting for the version of the one before: one client's edits."""
    path, times, version = f"/connectors/drafts/{draft}", [], await _version(session, draft)
    start = time.perf_counter()
    for number in range(500):
        await asyncio.sleep(max(0.0, start + number / 100 - time.perf_counter()))
        body = {"version": version, "actions": [{"action": "setName", "name": f"Name {number}"}]}
        began = time.perf_counter()
        async with session.post(path, json=body) as answer:
            version = (await answer.json())["version"]
        times.append(time.perf_counter() - began)
    print(f"draft update      {shown(times)} {held(p99(times) < 0.04)} (bound p99 40 ms at 100/s)")


async def memory(pid: int, connector_id: str, token: str, minutes: float) -> None:
    samples = [resident(pid)]
    until = time.monotonic() + minutes * 60
    while time.monotonic() < until:
        await asyncio.to_thread(wrk, PORT, f"/connectors/{connector_id}", token)
        samples.append(resident(pid))
    half = samples[len(samples) // 2 :]
    grown = f"{samples[0]:.0f} MB to {samples[-1]:.0f} MB in {minutes:g} min of load"
    print(f"memory            {grown}; second half {half[-1] - half[0]:+.1f} MB")
    each = " ".join(f"{one:.1f}" for one in by_minute(samples, minutes))
    print(f"                  MB at the start, after each minute: {each}")


def by_minute(samples: list[float], minutes: float) -> list[float]:
    """The first sample and the one nearest to the end of each minute."""
    last = len(samples) - 1
    return [samples[round(last * minute / minutes)] for minute in range(int(minutes) + 1)]


async def _version(session: aiohttp.ClientSession, draft: str) -> int:
    async with session.get(f"/connectors/drafts/{draft}") as answer:
        document: dict[str, Any] = await answer.json()
        return int(document["version"])


def wrk(port: int, path: str, token: str) -> float:
    """Requests a second over two seconds."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", "-d2s", "-H", f"Authorization: Bearer {token}"]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert found is not None
    return float(found[1])


def resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1024


def p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def shown(times: list[float]) -> str:
    return f"p50 {statistics.median(times) * 1000:6.1f} ms, p99 {p99(times) * 1000:6.1f} ms"


def held(kept: bool) -> str:
    return "held" if kept else "MISSED"


if __name__ == "__main__":
    main()
