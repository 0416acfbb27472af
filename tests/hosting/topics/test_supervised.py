"""Messages delivered to a real application in its sandbox."""

import json
from collections.abc import AsyncIterator

import pytest
from tests.hosting.conftest import *  # noqa: F403 - its fixtures
from tests.hosting.conftest import Serve, Served
from tests.hosting.topics.conftest import at_most, left, topic, until

from connectory.hosting import Hosting
from connectory.hosting.topics import Topic, Topics, declare_topics, publish
from connectory.hosting.topics.model import Message

LISTENER = """
const seen = [];
require('http').createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'GET') return response.end(JSON.stringify(seen));
    const { message, subscription } = JSON.parse(Buffer.concat(chunks));
    const text = Buffer.from(message.data, 'base64').toString();
    if (text === 'deadly') process.exit(3);
    seen.push([request.url, text, message.attributes.kind, subscription]);
    response.writeHead(text === 'processing' ? 102 : 202).end();
  });
}).listen(8080);
"""


@pytest.fixture
async def listener(serve: Serve, hosting: Hosting) -> AsyncIterator[tuple[Served, Topic]]:
    served = await serve(LISTENER, "listener")
    placement = served.placement
    mine = topic(policy=at_most(2), endpoint="/events")._replace(
        application_id=placement.application_id, deployment_id=placement.deployment_id
    )
    await hosting.database.write(lambda c: declare_topics(c, mine.deployment_id, [mine]))
    topics = Topics(hosting.settings, hosting.database, hosting.supervisor, hosting.logbook)
    await topics.start()
    yield served, mine
    await topics.stop()


async def test_an_application_gets_its_messages_and_outlives_a_deadly_one(
    listener: tuple[Served, Topic], hosting: Hosting
) -> None:
    served, mine = listener
    texts = ["processing", "deadly", *map(str, range(30))]
    published = [Message(one.encode(), {"kind": "test"}) for one in texts]
    await publish(hosting.database, mine.application_id, published)

    async def only_the_deadly_one_is_left() -> bool:
        return await left(hosting.database, mine.application_id) == (0, 1)

    await until(only_the_deadly_one_is_left)
    # what came before it died is forgotten with it, what came after is there
    async with served.client.get(served.url) as answer:
        seen = json.loads(await answer.text())
    subscription = "projects/connectory-demo/subscriptions/event-app"
    for _, text, *rest in seen:
        assert text in texts
        assert rest == ["test", subscription]
    assert {url for url, *_ in seen} <= {"/events"}
