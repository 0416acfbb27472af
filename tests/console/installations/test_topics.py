"""The pages of topics: what waits, what was given up, and what can be done about it."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, update
from tests.api.released import values
from tests.console.installations.conftest import Document, Shop, headings, messages, page_of
from tests.console.support import Browser

from connectory.connectors.model import RetryPolicy
from connectory.console.installations.publishing import Typed
from connectory.console.installations.topic import Data, encoded, readable, size
from connectory.hosting.topics import Topic, declare_topics
from connectory.hosting.topics import queue as topic_queue
from connectory.hosting.topics.model import Attempt, Message
from connectory.wire import encode

HOSTILE = b'<script>alert(1)</script>\xe2\x80\xae{"a": 1}'
APPLICATION = "listener"


@pytest.fixture(scope="module")
def listening(shop: Shop) -> Document:
    """An installation with an event application whose topic is declared."""
    many = shop.connector("many", name="Listening")
    configured = [values(), {"applicationName": APPLICATION}]
    shared = {"standardConfiguration": [{"key": "REGION", "value": "north"}]}
    deployment = shop.installed(many, configurations=configured, globalConfiguration=shared)
    (application,) = [
        one for one in deployment["applications"] if one["applicationName"] == APPLICATION
    ]
    topic = Topic(
        application_id=application["id"],
        deployment_id=deployment["id"],
        application_name=APPLICATION,
        name=f"event-{application['id']}",
        project="connectory-demo",
        endpoint="/listener",
        retry_policy=RetryPolicy(
            strategy="exponential-backoff",
            min_backoff_seconds=10,
            max_backoff_seconds=60,
            max_attempts=5,
        ),
    )
    shop.site.database.write_blocking(lambda c: declare_topics(c, deployment["id"], [topic]))
    return deployment | {"topic": topic}


@pytest.fixture
def letters(shop: Shop, listening: Document) -> Iterator[list[str]]:
    """A message that waits, and one that was given up; nothing is left of them afterwards."""
    topic: Topic = listening["topic"]

    def work(connection: Connection) -> list[str]:
        added = topic_queue.add_messages(
            connection,
            topic.application_id,
            [Message(b'{"resource": "cart"}', {"kind": "cart"}), Message(HOSTILE)],
        )
        dead = Attempt("2026-11-24T00:00:00.000Z", 12, "answered 500", 500, "<b>no such table</b>")
        table = topic_queue.messages
        connection.execute(
            update(table)
            .where(table.c.id == added[1])
            .values(
                state="dead",
                attempts=5,
                due_at=int(time.time() * 1000),
                history=encode([dead]).decode(),
            )
        )
        return [str(one) for one in added]

    yield shop.site.database.write_blocking(work)
    clear(shop, listening)


def clear(shop: Shop, listening: Document) -> None:
    table = topic_queue.messages
    gone = table.delete().where(table.c.application_id == listening["topic"].application_id)
    shop.site.database.write_blocking(lambda c: c.execute(gone) and None)


def topic_page(listening: Document, rest: str = "") -> str:
    return page_of(listening, f"/topics/{APPLICATION}{rest}")


def kept(shop: Shop, listening: Document, state: str) -> list[Document]:
    path = f"/platform/deployments/{listening['id']}/topics/{APPLICATION}/messages?state={state}"
    return list(shop.site.send("GET", path).body["results"])


def test_topics_are_listed_with_what_is_in_them(
    shop: Shop, mia: Browser, listening: Document, letters: list[str]
) -> None:
    page = mia.follow(mia.get(page_of(listening)), "Events")
    assert page.path == page_of(listening, "/topics")
    topic: Topic = listening["topic"]
    for text in ("1 waiting", "1 dead letter", topic.name, "connectory-demo", "/listener",
                 "with growing pauses, 10 to 60 s, at most 5 times"):  # fmt: skip
        assert text in page.text
    page = mia.follow(page, "Dead letters of listener")
    assert page.root.find("tbody").find("th").text == letters[1]


def test_an_installation_without_events_has_no_such_tab(shop: Shop, mia: Browser) -> None:
    deployment = shop.installed(shop.connector(name="Plain"))
    page = mia.get(page_of(deployment))
    labels = [one.text for one in page.root.find_all("a")]
    assert not {"Events", "Jobs"} & set(labels)
    assert "Health" in labels
    assert "There is no topic yet" in mia.get(page_of(deployment, "/topics")).text
    assert mia.get(page_of(deployment, "/topics/service")).status == 404


def test_the_messages_of_a_topic_by_state(
    mia: Browser, listening: Document, letters: list[str]
) -> None:
    page = mia.get(topic_page(listening))
    assert page.heading == "listener events of Listening"
    assert [one.text for one in page.root.find("tbody").find_all("th")] == [letters[0]]
    page = mia.follow(page, "Dead letters 1")
    (row,) = page.root.find("tbody").find_all("tr")
    assert letters[1] in row.text
    assert "It answered 500" in row.text


def test_a_message_is_shown_with_its_data_and_attempts(
    mia: Browser, listening: Document, letters: list[str]
) -> None:
    page = mia.follow(mia.get(topic_page(listening)), letters[0])
    assert '{ "resource": "cart" }' in page.text
    assert "kind cart" in page.text
    assert "None so far." in page.text
    page = mia.get(topic_page(listening, f"/messages/{letters[1]}"))
    assert "Dead letter" in headings(page)
    assert "12 ms It answered 500 <b>no such table</b>" in page.text
    assert "<script>alert(1)</script>" in page.text
    assert "<script>alert" not in page.source
    assert "\u202e" not in page.source


def test_a_dead_letter_is_replayed(
    shop: Shop, mia: Browser, listening: Document, letters: list[str]
) -> None:
    page = mia.get(topic_page(listening, f"/messages/{letters[1]}"))
    page = mia.submit(page, "Replay")
    assert f"Message {letters[1]} is delivered again." in messages(page)
    assert f"/topics/listener/messages/{letters[1]}/replay" in messages(page)
    assert not kept(shop, listening, "dead")
    assert len(kept(shop, listening, "waiting")) == 2


def test_all_dead_letters_are_replayed(
    shop: Shop, mia: Browser, listening: Document, letters: list[str]
) -> None:
    page = mia.get(topic_page(listening, "?state=dead"))
    page = mia.submit(page, "Replay all dead letters")
    assert "1 message is delivered again." in messages(page)
    assert not kept(shop, listening, "dead")


def test_discarding_asks_first(
    shop: Shop, mia: Browser, listening: Document, letters: list[str]
) -> None:
    page = mia.get(topic_page(listening, f"/messages/{letters[1]}"))
    page = mia.follow(page, "Discard")
    assert page.heading == "Discard this message?"
    assert len(kept(shop, listening, "dead")) == 1
    page = mia.submit(page, "Discard")
    assert f"Message {letters[1]} is discarded." in messages(page)
    assert f"DELETE /platform/deployments/{listening['id']}" in messages(page)
    assert not kept(shop, listening, "dead")


def test_what_was_taken_meanwhile_is_told(
    shop: Shop, mia: Browser, listening: Document, letters: list[str]
) -> None:
    page = mia.get(topic_page(listening, f"/messages/{letters[0]}"))
    clear(shop, listening)
    gone = mia.submit(page, "Deliver now")
    assert "It is not there any more" in messages(gone)
    again = mia.get(topic_page(listening, f"/messages/{letters[0]}"))
    assert (again.status, "its application has taken it" in again.text) == (404, True)
    assert mia.get(topic_page(listening, "/messages/none")).status == 400
    assert mia.get(topic_page(listening, f"/messages/{letters[0]}/discard")).status == 404


def test_a_test_message_is_published(shop: Shop, mia: Browser, listening: Document) -> None:
    page = mia.get(topic_page(listening))
    sent = {"data": '{"type":\r\n"OrderCreated"}', "attributes": "a=1\r\n\r\nb = x=y"}
    page = mia.submit(page, "Publish", **sent)
    assert "is published" in messages(page)
    (found,) = kept(shop, listening, "waiting")
    known = mia.get(topic_page(listening, f"/messages/{found['messageId']}"))
    assert '"type": "OrderCreated"' in known.text
    assert "a 1 b x=y" in known.text
    clear(shop, listening)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"data": "", "attributes": ""}, "Give it data, or an attribute at least."),
        ({"data": "not base64!", "encoding": "base64"}, "The data is not base64."),
        ({"data": "x", "attributes": "novalue"}, "An attribute is a name"),
        ({"data": "x", "attributes": "=value"}, "An attribute is a name"),
    ],
)
def test_what_cannot_be_published_stays_in_the_form(
    shop: Shop, mia: Browser, listening: Document, typed: dict[str, str], told: str
) -> None:
    page = mia.submit(mia.get(topic_page(listening)), "Publish", **typed)
    assert page.status == 400
    assert told in page.root.find(id="publish-problem").text
    assert dict(page.form("Publish").filled())["data"].strip() == typed["data"]
    assert not kept(shop, listening, "waiting")


def test_the_page_changes_by_itself(shop: Shop, mia: Browser, listening: Document) -> None:
    (element,) = mia.get(topic_page(listening)).root.find_all(**{"sse-close": "over"})
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        lines = stream.iter_lines()
        next(lines)
        path = f"/platform/deployments/{listening['id']}/topics/{APPLICATION}/messages"
        draft = {"data": base64.b64encode(b"Hello").decode()}
        made = shop.site.send("POST", path, draft).body["messageId"]
        for line in lines:
            if made in line:
                break
    clear(shop, listening)


def test_a_message_page_ends_when_it_is_taken(
    shop: Shop, mia: Browser, listening: Document, letters: list[str]
) -> None:
    page = mia.get(topic_page(listening, f"/messages/{letters[0]}"))
    (element,) = page.root.find_all(**{"sse-close": "over"})
    said = list[str]()
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        for line in stream.iter_lines():
            if not said:
                clear(shop, listening)
            said.append(line)
    assert any("The message is gone" in line for line in said)
    assert "event: over" in said


def test_who_only_looks_changes_nothing(
    shop: Shop, listening: Document, letters: list[str]
) -> None:
    pages = (f"/messages/{letters[1]}", f"/messages/{letters[1]}/discard", "", "/events",
             f"/messages/{letters[1]}/events")  # fmt: skip
    with shop.people.signed_in(shop.people.foreign_admin) as browser:
        for rest in pages:
            assert browser.get(topic_page(listening, rest)).status == 404, rest
    with shop.people.signed_in(shop.people.reviewer) as browser:
        own = dict(browser.get("/console/profile").forms[0].filled())["csrf"]
        for rest in ("/replay", "/messages", f"/messages/{letters[1]}/replay",
                     f"/messages/{letters[1]}/discard"):  # fmt: skip
            assert browser.post(topic_page(listening, rest), [("csrf", own)]).status == 403, rest
    assert len(kept(shop, listening, "dead")) == 1


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"", Data("nothing", "")),
        (b"Hello", Data("text", "Hello")),
        (b'{"a":12345678901234567890.10}', Data("JSON", '{\n  "a": 12345678901234567890.10\n}')),
        (b"{not json", Data("text", "{not json")),
        (b"[" * 5000, Data("text", "[" * 5000)),
        (b"\xff\x00A", Data("bytes", "ff 00 41")),
        (b"x" * 30_000, Data("text", "x" * 20_000, cut=True)),
    ],
)
def test_data_is_shown_as_what_it_is(content: bytes, shown: Data) -> None:
    assert readable(encoded(content)) == shown


def test_sizes_in_words() -> None:
    assert [size(one) for one in (0, 1, 999, 1500, 2_500_000)] == [
        "0 bytes", "1 byte", "999 bytes", "1.5 kB", "2.5 MB",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (Typed("é"), {"data": encoded("é".encode())}),
        (Typed("SGVs\nbG8=", "base64"), {"data": "SGVsbG8="}),
        (Typed("", "text", "a=1"), {"data": "", "attributes": {"a": "1"}}),
    ],
)
def test_what_is_typed_becomes_a_message(typed: Typed, message: dict[str, Any]) -> None:
    assert typed.problem == ""
    assert typed.message == message
