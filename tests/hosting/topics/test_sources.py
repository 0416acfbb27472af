"""Events pulled from elsewhere, by the real client libraries.

AWS SQS is moto's server. Google's emulator is in no package registry: its place is taken by a
server of ours that speaks the real protocol (gRPC, Google's own message classes).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from concurrent import futures
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from tests.hosting.topics.conftest import declare, left, topic, until

from connectory.database import Database
from connectory.hosting.topics.model import Message
from connectory.hosting.topics.queue import messages
from connectory.hosting.topics.sources import Sources
from connectory.hosting.topics.sources.aws import AwsPuller, message_of
from connectory.hosting.topics.sources.model import AwsSqs, GooglePubSub, sources
from connectory.settings import Settings, SettingsError


@asynccontextmanager
async def pulling(database: Database, **named: dict[str, str]) -> AsyncIterator[None]:
    text = json.dumps({name.replace("_", "-"): one for name, one in named.items()})
    running = Sources(replace(Settings(), event_sources=text), database)
    running.start()
    try:
        yield
    finally:
        await running.stop()


async def stored(database: Database, count: int) -> list[Message]:
    """Waits until there are so many messages."""

    async def enough() -> bool:
        return (await left(database))[0] >= count

    await until(enough)
    rows = await database.read(lambda c: c.execute(messages.select()).all())
    return [Message(bytes(row.data), json.loads(row.attributes), row.ordering_key) for row in rows]


class Queue:
    """An SQS queue on a local server."""

    def __init__(self, client: Any, endpoint: str) -> None:
        self.client = client
        self.endpoint = endpoint
        self.url = client.create_queue(QueueName="events")["QueueUrl"]

    @property
    def setting(self) -> dict[str, str]:
        where = {"region": "eu-central-1", "endpoint": self.endpoint}
        return {"kind": "aws-sqs", "queueUrl": self.url, **where}

    def left(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return sum(map(int, found["Attributes"].values()))


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    import boto3  # type: ignore[import-untyped]
    from moto.server import ThreadedMotoServer

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr("connectory.hosting.topics.sources.aws.WAIT", 0)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client("sqs", region_name="eu-central-1", endpoint_url=endpoint)
    yield Queue(client, endpoint)
    client.close()
    server.stop()


async def test_messages_of_a_queue_of_aws_become_events(sqlite: Database, queue: Queue) -> None:
    await declare(sqlite, topic())
    kind = {"kind": {"DataType": "String", "StringValue": "test"}}
    for number in range(12):
        queue.client.send_message(
            QueueUrl=queue.url, MessageBody=json.dumps({"n": number}), MessageAttributes=kind
        )
    async with pulling(sqlite, event_app=queue.setting):
        found = await stored(sqlite, 12)
        await until(lambda: queue.left() == 0)
    assert sorted(json.loads(one.data)["n"] for one in found) == list(range(12))
    assert [one.attributes for one in found] == [{"kind": "test"}] * 12


async def test_nothing_is_pulled_for_an_application_that_is_not_deployed(
    sqlite: Database, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectory.hosting.topics.sources.pulling.LONGEST_DELAY", 0.01)
    queue.client.send_message(QueueUrl=queue.url, MessageBody="early")
    async with pulling(sqlite, event_app=queue.setting):
        await asyncio.sleep(0)
        assert queue.left() == 1
        await declare(sqlite, topic())
        assert [one.data for one in await stored(sqlite, 1)] == [b"early"]


def test_what_was_not_acknowledged_comes_again(queue: Queue) -> None:
    queue.client.set_queue_attributes(QueueUrl=queue.url, Attributes={"VisibilityTimeout": "0"})
    queue.client.send_message(QueueUrl=queue.url, MessageBody="x")
    puller = AwsPuller(AwsSqs(queue.url, "eu-central-1", queue.endpoint))
    (first,), (again,) = puller.pull(), puller.pull()
    assert first.message == again.message
    puller.acknowledge([again.receipt])
    assert puller.pull() == ()
    puller.close()


def test_the_envelope_of_sns_is_taken_off() -> None:
    notification = {"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": '{"a": 1}'}
    assert message_of({"Body": json.dumps(notification)}).data == b'{"a": 1}'
    for plain in ("no JSON", '{"Type": "Notification"}', "[1]", '{"Message": "x"}'):
        assert message_of({"Body": plain}).data == plain.encode()


class Subscription:
    """Google's side: what is published, and what was acknowledged."""

    def __init__(self) -> None:
        self.waiting: list[Any] = []
        self.acknowledged: list[str] = []
        self.name = "projects/p/subscriptions/s"
        self.endpoint = ""

    def pull(self, request: Any, _context: Any) -> Any:
        from google.pubsub_v1.types import PullResponse

        assert request.subscription == self.name
        given, self.waiting = self.waiting, []
        return PullResponse(received_messages=given)

    def acknowledge(self, request: Any, _context: Any) -> Any:
        from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]

        self.acknowledged += request.ack_ids
        return Empty()


@pytest.fixture
def subscription() -> Iterator[Subscription]:
    import grpc  # type: ignore[import-untyped]
    from google.protobuf.empty_pb2 import Empty
    from google.pubsub_v1.types import AcknowledgeRequest, PullRequest, PullResponse

    here = Subscription()
    handlers = {
        "Pull": grpc.unary_unary_rpc_method_handler(
            here.pull, PullRequest.deserialize, PullResponse.serialize
        ),
        "Acknowledge": grpc.unary_unary_rpc_method_handler(
            here.acknowledge, AcknowledgeRequest.deserialize, Empty.SerializeToString
        ),
    }
    server = grpc.server(futures.ThreadPoolExecutor(2))
    service = grpc.method_handlers_generic_handler("google.pubsub.v1.Subscriber", handlers)
    server.add_generic_rpc_handlers((service,))
    here.endpoint = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield here
    server.stop(None).wait()


async def test_messages_of_a_subscription_of_google_become_events(
    sqlite: Database, subscription: Subscription
) -> None:
    from google.pubsub_v1.types import PubsubMessage, ReceivedMessage

    await declare(sqlite, topic())
    message = PubsubMessage(data=b'{"a": 1}', attributes={"kind": "test"}, ordering_key="k")
    subscription.waiting = [
        ReceivedMessage(ack_id=f"ack-{number}", message=message) for number in range(3)
    ]
    setting = {
        "kind": "google-pubsub",
        "subscription": subscription.name,
        "endpoint": subscription.endpoint,
    }
    async with pulling(sqlite, event_app=setting):
        found = await stored(sqlite, 3)
        await until(lambda: len(subscription.acknowledged) == 3)
    assert found == [Message(b'{"a": 1}', {"kind": "test"}, "k")] * 3
    assert sorted(subscription.acknowledged) == ["ack-0", "ack-1", "ack-2"]


def test_the_setting_is_read_as_json_or_from_a_file(tmp_path: Any) -> None:
    text = """{
      "event-abc": {"kind": "google-pubsub", "subscription": "projects/p/subscriptions/s"},
      "shop/tax/listener": {"kind": "aws-sqs", "queueUrl": "https://sqs/q", "region": "r"}
    }"""
    (tmp_path / "sources.json").write_text(text)
    wanted = {
        "event-abc": GooglePubSub("projects/p/subscriptions/s"),
        "shop/tax/listener": AwsSqs("https://sqs/q", "r"),
    }
    assert sources(text) == sources(str(tmp_path / "sources.json")) == wanted
    assert sources("") == {}


WRONG = [
    '{"a": {"kind": "kafka"}}',
    '{"a": {"kind": "aws-sqs"}}',
    '{"a": {"kind": "aws-sqs", "queueUrl": "x", "secret": "y"}}',
    '{"a/b": {"kind": "aws-sqs", "queueUrl": "x"}}',
    "/no/such/file.json",
    "{",
]


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_setting_is_said_at_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="event_sources"):
        sources(text)
