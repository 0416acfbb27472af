"""Clients with random actions, and the platform's own work, on one draft at the same time.

Whatever order they came in, it was one after the other: each version follows from the one before
by the actions of the request that made it, and by nothing else.
"""

import asyncio
import random
from typing import Any, NamedTuple

import aiohttp
import pytest
from tests.api.released import PROJECT, build

from connectory.connectors import progress, store
from connectory.connectors.actions import CERTIFYING, ConnectorUpdate
from connectory.connectors.model import ConnectorStaged, ConnectorStatus, IsPreviewable
from connectory.connectors.update import update
from connectory.wire import convert

CLIENTS, TURNS = 12, 40
REFUSALS = {
    "ConcurrentModification",
    "ConnectorStagedInCertification",
    "ConnectorStagedPreviewRequestUnderProcess",
    "FieldValueNotFound",
    "InvalidJsonInput",
}
ACTIONS: tuple[dict[str, Any], ...] = (
    *({"action": "setName", "name": name} for name in ("One", "Two")),
    {"action": "setDescription", "description": "Described"},
    {"action": "setCreatorCompany", "creatorCompany": ""},
    {"action": "setIntegrationTypes", "integrationTypes": ["tax", "psp"]},
    {"action": "addPrivateProject", "privateProject": PROJECT},
    {"action": "removePrivateProject", "privateProject": PROJECT},
    {"action": "updatePreviewable"},
    {"action": "publish", "certification": False},
    {"action": "unlist"},
)


class Accepted(NamedTuple):
    """An update that was answered with 201; ``asked`` was its body."""

    asked: dict[str, Any]
    after: dict[str, Any]


async def client(
    api: Any, session: aiohttp.ClientSession, seed: int, first: dict[str, Any]
) -> list[Accepted]:
    """Sends one to three random actions at a time to what it believes to be current."""
    chance, version, accepted = random.Random(seed), first["version"], list[Accepted]()
    for _ in range(TURNS):
        asked = {"version": version, "actions": chance.choices(ACTIONS, k=chance.randint(1, 3))}
        url = f"{api.url}/connectors/drafts/{first['id']}"
        async with session.post(url, json=asked) as response:
            document = await response.json()
        if response.status == 201:
            accepted.append(Accepted(asked, document))
            version = document["version"]
        else:
            assert response.status in {400, 409}, document
            assert {one["code"] for one in document["errors"]} <= REFUSALS, document
            async with session.get(url) as current:
                version = (await current.json())["version"]
    return accepted


async def worker(api: Any, id_: str, seed: int, ended: asyncio.Event) -> list[ConnectorStaged]:
    """Ends previews and publishings, well or badly, until the clients are done."""
    chance, written = random.Random(seed), list[ConnectorStaged]()
    while not ended.is_set():
        passed = chance.random() < 0.7
        done = await asyncio.to_thread(
            api.database.write_blocking,
            lambda c, passed=passed: work(c, id_, passed),
        )
        written += [done] if done else []
        await asyncio.sleep(0.005)
    return written


def work(connection: Any, id_: str, passed: bool) -> ConnectorStaged | None:
    """One step of the platform's own work, if there is any."""
    stored = store.staged_with_id(connection, id_)
    staged = stored.staged
    if staged.is_previewable is IsPreviewable.PENDING:
        after = progress.previewed(staged, passed)
    elif staged.status is ConnectorStatus.PROCESSING and passed:
        after = progress.published(staged)
        released = progress.released(after, store.next_version(connection, id_), certified=False)
        store.insert_connector(connection, released, stored.organization_id, build())
    elif staged.status is ConnectorStatus.PROCESSING:
        after = progress.failed(staged)
    else:
        return None
    store.save_staged(connection, after, expected=staged.version)
    return after


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_version_follows_from_the_one_before(api: Any, seed: int) -> None:
    first, ended = api.create(), asyncio.Event()
    headers = {"Authorization": f"Bearer {api.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        working = asyncio.create_task(worker(api, first["id"], seed, ended))
        numbers = range(seed * 1000, seed * 1000 + CLIENTS)
        answers = await asyncio.gather(*(client(api, session, one, first) for one in numbers))
        ended.set()
        written = await working
    accepted = [one for each in answers for one in each]
    versions = history(convert(first, ConnectorStaged), accepted, written)
    last = api.send("GET", f"/connectors/drafts/{first['id']}").body
    assert versions[max(versions)] == convert(last, ConnectorStaged)
    assert len(versions) > 20
    assert written
    for one in versions.values():
        consistent(one)


def history(
    first: ConnectorStaged, accepted: list[Accepted], written: list[ConnectorStaged]
) -> dict[int, ConnectorStaged]:
    """Every version, each made by exactly one request or piece of work."""
    versions = {first.version: first} | {one.version: one for one in written}
    for asked, after in accepted:
        if after["version"] > asked["version"]:
            assert after["version"] not in versions, "a version was given twice"
            versions[after["version"]] = convert(after, ConnectorStaged)
    assert sorted(versions) == list(range(1, len(versions) + 1)), "a version was skipped"
    for asked, after in accepted:
        wanted = convert(asked, ConnectorUpdate)
        replayed, _ = update(versions[wanted.version], wanted.version, wanted.actions)
        assert convert(after, ConnectorStaged) == replayed
    return versions


def consistent(staged: ConnectorStaged) -> None:
    """What holds of every version (facts 1.3 to 1.7), without a review."""
    assert staged.private
    assert not staged.already_listed or staged.status is not ConnectorStatus.DRAFT
    assert staged.status not in CERTIFYING
    assert staged.version > 1 or (staged.is_previewable, staged.has_changes) == ("none", False)
