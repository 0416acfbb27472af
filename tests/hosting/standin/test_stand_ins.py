"""Programs of a Project with a stand-in meet it at the names of the commerce API."""

import json
import shutil
import stat

import aiohttp
import pytest
from tests.hosting.standin import mock
from tests.hosting.standin.conftest import World
from tests.ports import silent_port

from connectory.client import basic
from connectory.hosting.standin import NOTHING
from connectory.settings import Settings

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs a Node.js")
API = "https://api.europe-west1.gcp.commercetools.com"
ASK = "fetch(process.argv[1]).then(async a => console.log(a.status, await a.text()))"


async def test_the_official_sdk_makes_an_extension_in_the_stand_in(world: World) -> None:
    async with mock.running() as stand_in:
        url = await stand_in.url()
        await world.stand_in(url)
        finished = await world.extend()
        assert finished.tail == "made from-the-sandbox 1", (finished.tail, stand_in.said)
        host = url.removeprefix("http://")
        asked = [line.split()[1:5] for line in stand_in.asked]
        region = "europe-west1.gcp.commercetools.com"
        assert asked == [
            ["POST", host, f"auth.{region}", "/oauth/token"],
            ["POST", host, f"api.{region}", "/demo/extensions"],
        ]
        assert await _extension(url) == "https://service.example.org"


async def test_programs_that_are_not_node_believe_it_too(world: World) -> None:
    if shutil.which("python3", path="/usr/bin") is None:
        pytest.skip("needs a Python below /usr")
    script = (
        "import sys, urllib.request, urllib.error\n"
        "try: print(urllib.request.urlopen(sys.argv[1]).status)\n"
        "except urllib.error.HTTPError as answer: print(answer.code)"
    )
    async with mock.running() as stand_in:
        await world.stand_in(await stand_in.url())
        finished = await world.run("/usr/bin/python3", "-c", script, f"{API}/demo")
        assert finished.tail == "401", finished.tail


async def test_a_stand_in_that_is_away_is_named(world: World) -> None:
    with silent_port() as port:
        await world.stand_in(f"http://127.0.0.1:{port}/below")
        finished = await world.run("node", "-e", ASK, f"{API}/demo/carts?limit=1")
    status, _, text = finished.tail.partition(" ")
    assert status == "502", finished.tail
    message = json.loads(text)["message"]
    assert message.startswith(f"The stand-in for the commerce API at http://127.0.0.1:{port} did ")


async def test_only_the_operators_own_projects_have_one_on_this_machine(world: World) -> None:
    await world.guests()
    async with mock.running() as stand_in:
        url = await stand_in.url()
        for place in (url, url.replace("127.0.0.1", "localhost")):
            await world.stand_in(place, key="guest")
            finished = await world.run("node", "-e", ASK, f"{API}/guest", key="guest")
            assert finished.tail.startswith("502 "), finished.tail
            assert "private network" in finished.tail
        assert stand_in.asked == []


async def test_a_project_without_one_is_given_nothing(world: World) -> None:
    assert await world.stand_ins.for_project("demo") is NOTHING
    assert await world.stand_ins.for_project("unknown") is NOTHING


async def test_nobody_but_us_reads_the_key(world: World, settings: Settings) -> None:
    await world.stand_in("https://stand-in.example.org")
    given = await world.stand_ins.for_project("demo")
    key = settings.directory / "keys" / "stand-in.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    for mount in given.mounts:
        assert "PRIVATE" not in mount.source.read_text()
    seen = await world.run("sh", "-c", "ls /etc/connectory; cat /etc/connectory/*.pem")
    assert "PRIVATE" not in seen.tail


async def _extension(url: str) -> str:
    async with aiohttp.ClientSession() as session:
        token = {"grant_type": "client_credentials", "scope": "manage_project:demo"}
        async with session.post(
            f"{url}/oauth/token", data=token, headers=basic("id", "secret")
        ) as answer:
            access = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {access}"}
        where = f"{url}/demo/extensions/key=from-the-sandbox"
        async with session.get(where, headers=headers) as answer:
            return str((await answer.json())["destination"]["url"])
