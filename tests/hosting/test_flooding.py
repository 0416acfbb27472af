"""An application that never stops talking, beside one that says little: real ones."""

import msgspec
import pytest
from tests.hosting.conftest import HELLO, Serve, until, written

from connectory.hosting import Hosting
from connectory.hosting.logs import DeploymentLog
from connectory.settings import Settings

FLOOD = """
const line = 'x'.repeat(4000) + '\\n';
const talk = () => process.stdout.write(line.repeat(50), talk);
talk();
require('http').createServer((request, response) => response.end('loud')).listen(8080);
"""
REQUESTS = 40
RATE = 40
MIB = 1 << 20


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, log_rate=RATE, log_max_size=1)


def said(entries: tuple[DeploymentLog, ...]) -> list[str]:
    return [msgspec.json.decode(one.details).get("message", "") for one in entries]


async def test_a_flood_harms_nobody_else_and_is_bounded(hosting: Hosting, serve: Serve) -> None:
    loud, quiet = await serve(FLOOD, "loud"), await serve(HELLO, "quiet")

    async def ask(number: int) -> int:
        async with quiet.client.get(f"{quiet.url}/{number}") as answer:
            return answer.status

    answered = [await ask(number) for number in range(REQUESTS)]
    assert answered == [200] * REQUESTS

    async def told() -> bool:
        entries = said(await written(hosting, loud.placement.deployment_id))
        dropped = any("entries were dropped" in one for one in entries)
        return dropped and any("oldest entries were removed" in one for one in entries)

    await until(told)
    # it goes on talking, and what is written of it comes to an end all the same
    entries = await written(hosting, loud.placement.deployment_id)
    assert sum(len(bytes(one.details)) for one in entries) <= MIB

    async def all_there() -> bool:
        # each request has an entry, which has no message, beside what the application says
        return len(await written(hosting, quiet.placement.deployment_id)) >= 2 * REQUESTS

    await until(all_there)
    quietly = said(await written(hosting, quiet.placement.deployment_id))
    assert [one for one in quietly if one] == [f"asked for /{one}" for one in range(REQUESTS)]
