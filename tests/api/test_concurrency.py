"""Fifty clients on the same drafts: versions never skip or repeat, nothing is lost or doubled."""

import asyncio
import os
import random
from collections import Counter
from typing import Any, NamedTuple

import aiohttp
from tests.api.released import deploy, release

CLIENTS, DRAFTS = 50, 3
ROUNDS = int(os.environ.get("CONFLICT_ROUNDS", "40"))


class Accepted(NamedTuple):
    draft: str
    version: int
    comment: str


async def client(
    api: Any, session: aiohttp.ClientSession, number: int, ids: list[str]
) -> tuple[list[Accepted], Counter[int]]:
    """Adds comments of its own to whatever version it believes to be current."""
    chance, accepted, statuses = random.Random(number), list[Accepted](), Counter[int]()
    known = dict.fromkeys(ids, 1)
    for turn in range(ROUNDS):
        id_ = chance.choice(ids)
        comment = f"{number}/{turn}"
        action = {"action": "addCertificationComment", "comment": comment}
        body = {"version": known[id_], "actions": [action]}
        path = f"{api.url}/connectors/drafts/{id_}"
        async with session.post(path, json=body) as response:
            document = await response.json()
        statuses[response.status] += 1
        if response.status == 201:
            assert document["version"] == known[id_] + 1
            accepted.append(Accepted(id_, document["version"], comment))
            known[id_] = document["version"]
        else:
            error = document["errors"][0]
            assert (response.status, error["code"]) == (409, "ConcurrentModification")
            assert error["expectedVersion"] == known[id_] < error["currentVersion"]
            known[id_] = error["currentVersion"]
    return accepted, statuses


async def test_conflicting_updates_lose_and_double_nothing(api: Any) -> None:
    ids = [api.create()["id"] for _ in range(DRAFTS)]
    headers = {"Authorization": f"Bearer {api.token}"}
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        outcomes = await asyncio.gather(
            *(client(api, session, number, ids) for number in range(CLIENTS))
        )
    statuses = sum((one[1] for one in outcomes), Counter[int]())
    assert sum(statuses.values()) == CLIENTS * ROUNDS
    assert set(statuses) <= {201, 409}
    for id_ in ids:
        mine = sorted(
            (one for accepted, _ in outcomes for one in accepted if one.draft == id_),
            key=lambda one: one.version,
        )
        assert [one.version for one in mine] == list(range(2, len(mine) + 2))
        staged = api.send("GET", f"/connectors/drafts/{id_}").body
        assert staged["version"] == len(mine) + 1
        kept = [one["comment"] for one in staged["certificationInfo"]["comments"]]
        assert kept == [one.comment for one in mine]


async def test_one_of_many_redeploys_begins(api: Any) -> None:
    deployment = deploy(api, release(api, api.create()))
    body = {"version": deployment["version"], "actions": [{"action": "redeploy"}]}
    headers = {"Authorization": f"Bearer {api.token}"}
    path = f"{api.url}/demo/deployments/{deployment['id']}"

    async def one(session: aiohttp.ClientSession) -> int:
        async with session.post(path, json=body) as response:
            return response.status

    async with aiohttp.ClientSession(headers=headers) as session:
        statuses = await asyncio.gather(*(one(session) for _ in range(20)))
    assert Counter(statuses) == {201: 1, 409: 19}
