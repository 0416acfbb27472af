"""Publishing as with Google Pub/Sub, over a real socket, without a delivery."""

import base64
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from tests.api.released import deploy, release

from connectory.api.app import api as application
from connectory.api.context import Context
from connectory.hosting.topics import Topic, declare_topics
from connectory.hosting.topics.inspecting import counts_of
from connectory.hosting.topics.queue import messages
from connectory.repositories import GitSettings, Repositories
from connectory.settings import Settings

PROJECT = "connectory-demo"
APPLICATION = "k" * 24
NAME = f"event-{APPLICATION}"
TOPIC = f"/v1/projects/{PROJECT}/topics/{NAME}"


@pytest.fixture(scope="module")
def deployment(api_server: Any) -> str:
    """A Deployment with a topic; its id."""
    id_ = str(deploy(api_server, release(api_server, api_server.create()))["id"])
    topic = Topic(APPLICATION, id_, "listener", NAME, PROJECT, "/listener", None)
    api_server.database.write_blocking(lambda c: declare_topics(c, id_, [topic]))
    return id_


@pytest.fixture(autouse=True)
def _topic(deployment: str) -> None:
    """Every test publishes to it."""


def stored(api: Any, number: str) -> Any:
    return api.database.read_blocking(
        lambda c: c.execute(select(messages).where(messages.c.id == int(number))).one()
    )


def waiting(api: Any) -> int:
    return int(api.database.read_blocking(lambda c: counts_of(c, APPLICATION)).waiting)


def published(api: Any, *one: Any, **options: Any) -> Any:
    return api.send("POST", f"{TOPIC}:publish", {"messages": list(one)}, **options)


def test_published_messages_are_stored_under_the_ids_that_are_answered(api: Any) -> None:
    first = {"data": base64.b64encode(b'{"a": 1}').decode(), "attributes": {"kind": "test"}}
    answer = published(api, first, {"attributes": {"only": "this"}, "orderingKey": "k"}, token="")
    assert answer.status == 200
    one, other = (stored(api, number) for number in answer.body["messageIds"])
    assert (one.data, json.loads(one.attributes), one.state) == (
        b'{"a": 1}', {"kind": "test"}, "waiting",
    )  # fmt: skip
    assert (other.data, other.ordering_key, other.application_id) == (b"", "k", APPLICATION)


@pytest.mark.parametrize("text", ["-_-_", "+/+/", "YQ", "YQ=="])
def test_base64_is_taken_in_every_form_that_googles_clients_send(api: Any, text: str) -> None:
    assert published(api, {"data": text}).status == 200


REFUSED: list[tuple[Any, str]] = [
    ({"data": "not base64!"}, "$.messages[0].data"),
    ({"data": 1}, "$.messages[0].data"),
    ({}, "$.messages[0]"),
    ({"data": "YQ==", "attributes": {"a": 1}}, "$.messages[0].attributes[...]"),
    ({"data": "YQ==", "attributes": {"a" * 257: "b"}}, "$.messages[0].attributes"),
    ({"data": "YQ==", "attributes": {"a": "b" * 1025}}, "$.messages[0].attributes[...]"),
    ({"dta": "YQ=="}, "dta"),
]


@pytest.mark.parametrize(("message", "where"), REFUSED)
def test_a_wrong_field_is_named_in_googles_form(api: Any, message: Any, where: str) -> None:
    before = waiting(api)
    answer = published(api, message)
    assert (answer.status, answer.body["error"]["code"]) == (400, 400)
    assert answer.body["error"]["status"] == "INVALID_ARGUMENT"
    assert where in answer.body["error"]["message"]
    assert waiting(api) == before


def test_too_many_and_too_large_requests_are_refused(api: Any) -> None:
    assert published(api, *[{"data": "YQ=="}] * 1001).status == 400
    assert published(api).status == 400
    large = base64.b64encode(b"x" * 10_000_001).decode()
    assert published(api, {"data": large}).body["error"]["status"] == "INVALID_ARGUMENT"
    beyond = published(api, {"data": "x" * (16 << 20)})
    assert (beyond.status, beyond.body["error"]["status"]) == (413, "INVALID_ARGUMENT")


def test_a_topic_is_found_by_project_and_name_only(api: Any) -> None:
    assert api.send("GET", TOPIC).body == {
        "name": f"projects/{PROJECT}/topics/{NAME}",
        "state": "ACTIVE",
    }
    for path in (TOPIC.replace(PROJECT, "another"), TOPIC.replace("kkk", "xxx")):
        for answer in (
            api.send("GET", path),
            api.send("POST", f"{path}:publish", {"messages": []}),
        ):
            assert (answer.status, answer.body["error"]["status"]) == (404, "NOT_FOUND")


@pytest.fixture
async def guarded(api: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The same platform, set to demand tokens."""
    settings = Settings(data=str(api.data), topics_require_token=True)
    repositories = Repositories(api.data / "git", GitSettings(allow_local=True))
    context = Context(settings, api.database, repositories, api.seal)
    transport = httpx.ASGITransport(application(context, lambda: True))
    async with httpx.AsyncClient(transport=transport, base_url="http://platform") as client:
        yield client


async def test_a_token_for_the_project_can_be_demanded(
    api: Any, guarded: httpx.AsyncClient, others: dict[str, str]
) -> None:
    async def answered(token: str) -> tuple[int, str]:
        answer = await guarded.post(
            f"{TOPIC}:publish",
            json={"messages": [{"data": "YQ=="}]},
            headers={"authorization": f"Bearer {token}"} if token else {},
        )
        return answer.status_code, answer.json().get("error", {}).get("status", "")

    assert await answered("") == await answered("nonsense") == (401, "UNAUTHENTICATED")
    for who in ("reader", "powerless", "sister", "stranger"):
        assert await answered(others[who]) == (403, "PERMISSION_DENIED")
    assert await answered(api.token) == (200, "")


GOOGLES = """
import sys, warnings
warnings.simplefilter("ignore")
from google.api_core.client_options import ClientOptions
from google.api_core.exceptions import NotFound
from google.auth.credentials import AnonymousCredentials
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherRestTransport

endpoint, project, topic = sys.argv[1:]
client = PublisherClient(
    transport=PublisherRestTransport(
        credentials=AnonymousCredentials(), host=endpoint, url_scheme="http"
    )
)
path = client.topic_path(project, topic)
assert client.get_topic(topic=path).name == path
message = {"data": "Grüße".encode(), "attributes": {"kind": "greeting"}}
print(*client.publish(topic=path, messages=[message, message]).message_ids)
try:
    client.publish(topic=path + "x", messages=[message])
except NotFound as missing:
    print(missing.message)
"""


def test_googles_own_client_publishes(api: Any) -> None:
    """In a process of its own: its libraries warn of this and that when they are loaded."""
    endpoint = api.url.removeprefix("http://")
    said = subprocess.run(
        [sys.executable, "-c", GOOGLES, endpoint, PROJECT, NAME],
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    assert said.returncode == 0, said.stderr
    ids, refusal = said.stdout.splitlines()
    rows = [stored(api, number) for number in ids.split()]
    assert [row.data.decode() for row in rows] == ["Grüße"] * 2
    assert json.loads(rows[0].attributes) == {"kind": "greeting"}
    assert refusal.endswith(f"Resource not found (resource={NAME}x).")
