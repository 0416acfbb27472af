"""Topics and their messages, as people look at them and act on them."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.people import Person, administrator, founded
from tests.api.released import deploy, release

from connectory.connectors.model import RetryPolicy
from connectory.hosting.topics import Topic, declare_topics
from connectory.hosting.topics.inspecting import counts_of
from connectory.hosting.topics.model import Attempt, Held, Message
from connectory.hosting.topics.policy import State
from connectory.hosting.topics.queue import Failure, add_messages, settle

APPLICATION = "k" * 24
POLICY = RetryPolicy(strategy="immediate")
ATTEMPT = Attempt("2026-11-24T00:00:00.000Z", 12, "answered 500", 500, "no such order")


@pytest.fixture(scope="module")
def deployment(api_server: Any) -> str:
    return str(deploy(api_server, release(api_server, api_server.create()))["id"])


@pytest.fixture
def topics(api: Any, deployment: str) -> Iterator[str]:
    """The address of a Deployment's topics, of which there is an empty one."""
    topic = Topic(
        APPLICATION, deployment, "listener", f"event-{APPLICATION}", "connectory-demo",
        "/listener", POLICY,
    )  # fmt: skip
    api.database.write_blocking(lambda c: declare_topics(c, deployment, [topic]))
    yield f"/platform/deployments/{deployment}/topics"
    api.database.write_blocking(lambda c: declare_topics(c, deployment, []))


def failed(api: Any, state: State, text: bytes = b"{}") -> str:
    """A message that the application refused once; its id."""

    def work(connection: Any) -> int:
        (id_,) = add_messages(connection, APPLICATION, [Message(text, {"a": "b"})])
        held = Held(id_, Message(text, {"a": "b"}), 0, b"[]")
        settle(connection, [], [Failure(APPLICATION, held, ATTEMPT, state, time.time() + 3600)])
        return id_

    return str(api.database.write_blocking(work))


def counts(api: Any) -> tuple[int, int]:
    found = api.database.read_blocking(lambda c: counts_of(c, APPLICATION))
    return found.waiting, found.dead


def test_the_topics_of_a_deployment_say_how_they_are(api: Any, topics: str) -> None:
    failed(api, State.WAITING)
    failed(api, State.DEAD)
    (shown,) = api.send("GET", topics).body["results"]
    assert shown.pop("oldestPublishedAt").startswith("20")
    assert shown == {
        "applicationName": "listener",
        "topic": f"event-{APPLICATION}",
        "project": "connectory-demo",
        "subscription": f"projects/connectory-demo/subscriptions/event-{APPLICATION}",
        "endpoint": "/listener",
        "retryPolicy": {"strategy": "immediate"},
        "waiting": 1,
        "dead": 1,
    }


def test_messages_are_listed_by_state_and_shown_with_what_went_wrong(api: Any, topics: str) -> None:
    waiting, dead = failed(api, State.WAITING), failed(api, State.DEAD, b'{"order": 7}')
    messages = f"{topics}/listener/messages"
    assert [one["messageId"] for one in api.send("GET", messages).body["results"]] == [waiting]
    page = api.send("GET", f"{messages}?state=dead&limit=1").body
    assert (page["total"], page["results"][0]["messageId"]) == (1, dead)
    assert page["results"][0]["lastFailure"]["what"] == "answered 500"
    shown = api.send("GET", f"{messages}/{dead}").body
    assert base64.b64decode(shown["data"]) == b'{"order": 7}'
    assert (shown["state"], shown["attempts"], shown["attributes"]) == ("dead", 1, {"a": "b"})
    assert shown["failures"] == [
        {
            "at": "2026-11-24T00:00:00.000Z",
            "milliseconds": 12,
            "what": "answered 500",
            "status": 500,
            "said": "no such order",
        }
    ]


def test_a_message_can_be_published_replayed_and_deleted(api: Any, topics: str) -> None:
    messages = f"{topics}/listener/messages"
    made = api.send("POST", messages, {"data": base64.b64encode(b"hi").decode()})
    assert made.status == 201
    dead = failed(api, State.DEAD)
    replayed = api.send("POST", f"{messages}/{dead}/replay").body
    assert (replayed["state"], replayed["attempts"]) == ("waiting", 0)
    assert len(replayed["failures"]) == 1
    assert counts(api) == (2, 0)
    assert api.send("DELETE", f"{messages}/{made.body['messageId']}").body["size"] == 2
    assert api.send("DELETE", f"{messages}/{made.body['messageId']}").status == 404
    assert counts(api) == (1, 0)
    log = administrator(api).send("GET", "/platform/audit-log?limit=3").body["results"]
    assert [one["action"] for one in log] == ["deleteMessage", "replayMessage", "publishMessage"]
    assert log[0]["detail"] == {
        "applicationName": "listener",
        "messageId": made.body["messageId"],
    }


def test_all_dead_letters_are_replayed_together(api: Any, topics: str) -> None:
    for _ in range(3):
        failed(api, State.DEAD)
    failed(api, State.WAITING)
    assert api.send("POST", f"{topics}/listener/replay").body == {"replayed": 3}
    assert counts(api) == (4, 0)
    assert api.send("POST", f"{topics}/listener/replay").body == {"replayed": 0}


@pytest.mark.parametrize(
    "body", [{}, {"data": "not base64!"}, {"data": 1}, {"attributes": {"a": 1}}, {"x": "y"}]
)
def test_a_draft_that_is_no_message_is_refused(api: Any, topics: str, body: Any) -> None:
    answer = api.send("POST", f"{topics}/listener/messages", body)
    assert (answer.status, answer.codes) == (400, ["InvalidJsonInput"])


def test_what_is_not_there_is_not_found(api: Any, topics: str, deployment: str) -> None:
    unknown = topics.replace(deployment, "00000000-0000-4000-8000-000000000000")
    for path in (unknown, f"{topics}/nobody/messages", f"{topics}/listener/messages/1"):
        assert api.send("GET", path).status == 404
    assert api.send("GET", f"{topics}/listener/messages?state=lost").status == 400
    assert api.send("GET", f"{topics}/listener/messages/abc").status == 400
    assert api.send("GET", f"{topics}/listener/messages/{'9' * 19}").status == 400


def test_only_who_may_sees_and_acts(api: Any, topics: str, others: dict[str, str]) -> None:
    messages, dead = f"{topics}/listener/messages", failed(api, State.DEAD)
    reading = [("GET", topics), ("GET", messages), ("GET", f"{messages}/{dead}")]
    writing = [
        ("POST", f"{messages}/{dead}/replay"),
        ("POST", f"{topics}/listener/replay"),
        ("DELETE", f"{messages}/{dead}"),
    ]
    wanted = {"sister": (404, 404), "stranger": (404, 404), "reader": (200, 403)}
    for who, (reads, writes) in (wanted | {"powerless": (403, 403)}).items():
        for method, path in reading:
            assert api.send(method, path, token=others[who]).status == reads, (who, path)
        for method, path in writing:
            assert api.send(method, path, token=others[who]).status == writes, (who, path)
    assert api.send("GET", topics, token="").status == 401
    assert counts(api) == (0, 1)


def test_people_of_the_organization_see_topics_and_others_do_not(api: Any, topics: str) -> None:
    people: list[tuple[Person, int]] = [(administrator(api), 200), (founded(api, "elsewhere"), 404)]
    for person, status in people:
        assert person.send("GET", topics).status == status
