"""What is sent to an application."""

import json

from tests.hosting.topics.conftest import AT_ONCE, at_most

from connectory.hosting.topics.envelope import envelope, head, published, request, subscription_of
from connectory.hosting.topics.model import Held, Message

ID = 1_795_000_000_123_456_789
HELD = Held(ID, Message(b'{"a": 1}', {"kind": "test"}), 2, b"[]")


def test_an_envelope_is_googles() -> None:
    assert json.loads(envelope(HELD, subscription_of("p", "t"), AT_ONCE)) == {
        "message": {
            "attributes": {"kind": "test"},
            "data": "eyJhIjogMX0=",
            "messageId": "1795000000123456789",
            "message_id": "1795000000123456789",
            "publishTime": "2026-11-18T11:06:40.123Z",
            "publish_time": "2026-11-18T11:06:40.123Z",
        },
        "subscription": "projects/p/subscriptions/t",
    }


def test_it_leaves_out_what_there_is_not_and_counts_attempts_that_are_bounded() -> None:
    keyed = Held(ID, Message(b"", {"a": "b"}, "key"), 2, b"[]")
    document = json.loads(envelope(keyed, "s", at_most(5)))
    assert "data" not in document["message"]
    assert document["message"]["orderingKey"] == "key"
    assert document["deliveryAttempt"] == 3


def test_the_time_of_publishing_is_in_the_id() -> None:
    assert published(1_000_000_000 * 86_400) == "1970-01-02T00:00:00.000Z"


def test_a_path_cannot_break_out_of_its_request() -> None:
    assert head("events/in", "h").startswith(b"POST /events/in HTTP/1.1\r\nHost: h\r\n")
    assert head("", "h").startswith(b"POST / HTTP/1.1\r\n")
    assert head("a b\r\nX: y", "h").startswith(b"POST /a%20b%0D%0AX%3A%20y HTTP/1.1\r\n")
    assert request(head("/", "h"), b"{}").endswith(b"Content-Length: 2\r\n\r\n{}")
