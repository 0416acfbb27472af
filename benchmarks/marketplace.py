"""The Marketplace with 100,000 Connectors: what a stranger waits for, without any cache.

- The search page, by words, filters, order and page: p99 under 50 ms.
- A Connector's page with a README of 10 kB, each visited once: p99 under 50 ms.
- Both as ratios against named comparators in the same run: the same search as JSON, and the bare
  full-text search of SQLite for the same words.

Two clients ask at the same time, each as soon as it is answered; the server has one process. Beside
the times on the clock stands the processor time that the server spends on one request.
"""

import asyncio
import os
import random
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import aiohttp
from sqlalchemy import Connection

from benchmarks.api import CONNECTORS, PORT, WORDS, held, p99, platform, shown
from connectory.auth import Project
from connectory.auth.administration import set_up
from connectory.auth.store import project_with_key
from connectory.connectors import store
from connectory.connectors.model import (
    Build,
    BuiltApplication,
    ConnectorStaged,
    ConnectorStagedDraft,
    Creator,
    IntegrationType,
    Repository,
    source,
)
from connectory.connectors.progress import certified, released
from connectory.connectors.update import create
from connectory.database import open_database
from connectory.marketplace.links import Place
from connectory.marketplace.model import FindingsSummary, Readme
from connectory.marketplace.presentation import Presentation, keep
from connectory.marketplace.readme import readme
from connectory.regions import Region
from connectory.specification import ApplicationType, Specification, parse

BOUND = 0.05
CLIENTS = 2
SEARCHES = 600
VISITS = 600
SPECIFICATION = """\
deployAs:
  - name: service
    applicationType: service
    endpoint: /service
    configuration:
      standardConfiguration:
        - {key: MODE, description: How it works, default: fast}
        - {key: CURRENCY, description: What prices are in, required: true}
      securedConfiguration:
        - {key: TOKEN, description: What opens the other side, required: true}
  - name: nightly
    applicationType: job
    endpoint: /nightly
    properties: {schedule: "0 3 * * *"}
inheritAs:
  apiClient: {scopes: [manage_orders, view_products]}
"""
TEXT = """\
# {name}

Brings *{name}* to your shop. See the [guide](docs/guide.md) and <https://docs.example/{number}>.

## Installation

1. Make an API client.
2. Set `TOKEN` and `CURRENCY`.

| Key | For |
|---|---|
| `TOKEN` | the other side |
| `CURRENCY` | prices |

```sh
curl https://shop.example/service?number={number}
```
"""
COMMIT = "c" * 40


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        ids = prepare(directory)
        with platform(directory) as pid:
            asyncio.run(measure(pid, ids, directory / "data" / "connectory.db"))


def prepare(directory: Path) -> list[str]:
    """A database of many listed Connectors; the ids of those that have a README."""
    import connectory.main  # noqa: F401 - every table declares itself

    database = open_database("", directory / "data")
    database.write_blocking(set_up)
    project = database.read_blocking(lambda c: project_with_key(c, "demo"))
    assert project is not None
    declared, ids = parse(SPECIFICATION), list[str]()
    for start in range(0, CONNECTORS, 5_000):
        ids += database.write_blocking(lambda c, s=start: fill(c, project, declared, s))  # type: ignore[misc]
    visited = ids[:: len(ids) // VISITS][:VISITS]
    database.write_blocking(lambda c: describe(c, visited))
    database.close()
    return visited


def fill(
    connection: Connection, project: Project, declared: Specification, start: int
) -> list[str]:
    made = []
    for number in range(start, min(start + 5_000, CONNECTORS)):
        staged = drafted(number, declared)
        store.insert_staged(connection, staged, project, COMMIT)
        done = certified(staged)
        store.save_staged(connection, done, expected=staged.version)
        connector = released(done, 1, certified=True)
        store.insert_connector(connection, connector, project.organization_id, build())
        made.append(staged.id)
    return made


def drafted(number: int, declared: Specification) -> ConnectorStaged:
    one, two = WORDS[number % len(WORDS)], WORDS[(number // len(WORDS)) % len(WORDS)]
    regions = () if number % 3 else (tuple(Region)[number % 5],)
    draft = ConnectorStagedDraft(
        key=f"connector-{number}",
        name=f"{one} {two} {number}",
        description=f"Brings {one} and {two} to your shop, number {number}. " * 8,
        creator=Creator(email="bench@connectory.example", company=f"Company {number % 500}"),
        integration_types=(tuple(IntegrationType)[number % 14],),
        supported_regions=regions,
        repository=Repository(url="https://github.com/acme/tax.git", tag="1.0.0"),
    )
    return create(str(uuid.uuid4()), draft, source(COMMIT, declared))


def build() -> Build:
    artifact = f"sha256:{'a' * 64}"
    kinds = {"service": ApplicationType.SERVICE, "nightly": ApplicationType.JOB}
    return Build(
        COMMIT,
        "t" * 40,
        tuple(
            BuiltApplication(name, kind, f"/{name}", artifact, ("true",), name, "20.19.0")
            for name, kind in kinds.items()
        ),
    )


def describe(connection: Connection, ids: Sequence[str]) -> None:
    place = Place(url="https://github.com/acme/tax", commit=COMMIT)
    nothing = FindingsSummary(complete=True, checks=(), exceptions=())
    for number, id_ in enumerate(ids):
        text = TEXT.format(name=f"Connector {number}", number=number) * 24
        page = Readme(path="README.md", html=readme(text, place))
        keep(connection, id_, COMMIT, Presentation(page, None, nothing))


class Times(NamedTuple):
    """Seconds on the clock of each request, and of the server's processor for one."""

    each: list[float]
    processor: float


async def measure(pid: int, ids: Sequence[str], database: Path) -> None:
    asked = queries()
    print(f"{CONNECTORS} Connectors, {CLIENTS} clients")
    api = "/platform/marketplace/connectors"
    async with aiohttp.ClientSession(f"http://127.0.0.1:{PORT}") as session:
        await timed(pid, session, [f"/marketplace/{id_}" for id_ in ids[:2]] + ["/marketplace"])
        pages = await timed(pid, session, [f"/marketplace?{query}" for query in asked])
        documents = await timed(pid, session, [f"{api}?{query}&limit=24" for query in asked])
        visits = await timed(pid, session, [f"/marketplace/{id_}" for id_ in ids[2:]])
    bare = Times(*await asyncio.to_thread(bare_searches, database))
    tell("search page", pages, f"{against(pages, documents)} of the same as JSON")
    tell("Connector's page", visits, f"{against(visits, documents)} of a search as JSON")
    print(f"search as JSON    {shown(documents.each)}, {against(documents, bare)} of bare FTS5")
    print(f"bare FTS5         {shown(bare.each)}")


def queries() -> list[str]:
    """Searches as people make them: words and beginnings of words, filters, orders, pages."""
    chance = random.Random(7)
    return [urlencode(query(chance, number % 10)) for number in range(SEARCHES)]


def query(chance: random.Random, kind: int) -> dict[str, str]:
    word = chance.choice(WORDS)
    type_, region = chance.choice(list(IntegrationType)), chance.choice(list(Region))
    made: tuple[dict[str, str], ...] = (
        {"text": word},
        {"text": f"{word} {chance.choice(WORDS)[:3]}"},
        {"text": word[:2]},
        {"integrationTypes": type_},
        {"text": word, "region": region},
        {"creator": f"company {chance.randrange(500)}", "certified": "true"},
        {"text": word, "sort": "name"},
        {"sort": "name", "region": region, "certified": "true"},
        {"text": "brings shop", "offset": str(24 * chance.randrange(20))},
        {},
    )
    return made[kind]


async def timed(pid: int, session: aiohttp.ClientSession, paths: Sequence[str]) -> Times:
    """Until each whole answer was there."""
    waiting, times, before = iter(paths), list[float](), processor(pid)

    async def client() -> None:
        for path in waiting:
            began = time.perf_counter()
            async with session.get(path) as answer:
                content = await answer.read()
            times.append(time.perf_counter() - began)
            assert answer.status == 200, content[:2000]

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return Times(times, (processor(pid) - before) / len(paths))


def processor(pid: int) -> float:
    """Seconds that a process has spent, in all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare_searches(database: Path) -> tuple[list[float], float]:
    """The comparator: one word counted, and a page of row numbers, by SQLite alone."""
    times, before = list[float](), time.thread_time()
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        for number in range(SEARCHES):
            match = (f'"t{WORDS[number % len(WORDS)]}"',)
            began = time.perf_counter()
            where = "FROM connector_terms WHERE connector_terms MATCH ?"
            connection.execute(f"SELECT count(*) {where}", match).fetchone()
            page = f"SELECT rowid {where} ORDER BY rowid DESC LIMIT 24"
            connection.execute(page, match).fetchall()
            times.append(time.perf_counter() - began)
    finally:
        connection.close()
    return times, (time.thread_time() - before) / SEARCHES


def tell(what: str, times: Times, ratio: str) -> None:
    kept = held(p99(times.each) < BOUND)
    bound = f"(bound p99 {BOUND * 1000:.0f} ms)"
    spent = f"processor {times.processor * 1000:.1f} ms"
    print(f"{what:17} {shown(times.each)}, {spent} {kept} {bound}, {ratio}")


def against(ours: Times, theirs: Times) -> str:
    """How many times as long, in the middle."""
    return f"{statistics.median(ours.each) / statistics.median(theirs.each):.1f} times the p50"


if __name__ == "__main__":
    main()
