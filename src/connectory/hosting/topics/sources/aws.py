"""AWS SQS, with AWS's own client library (extra ``sources``)."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectory.hosting.topics.model import Message
from connectory.hosting.topics.sources.model import AwsSqs, Pulled

AT_ONCE = 10
"""The most SQS gives, and takes, in one request."""
WAIT = 20
"""Seconds a request waits for messages: the longest SQS allows."""


class AwsPuller:
    def __init__(self, source: AwsSqs) -> None:
        import boto3  # type: ignore[import-untyped]

        self._queue = source.queue_url
        self._client: Any = boto3.client(
            "sqs", region_name=source.region or None, endpoint_url=source.endpoint or None
        )

    def pull(self) -> Sequence[Pulled]:
        answer = self._client.receive_message(
            QueueUrl=self._queue,
            MaxNumberOfMessages=AT_ONCE,
            WaitTimeSeconds=WAIT,
            MessageAttributeNames=["All"],
        )
        return tuple(
            Pulled(message_of(one), one["ReceiptHandle"]) for one in answer.get("Messages", ())
        )

    def acknowledge(self, receipts: Sequence[str]) -> None:
        entries = [{"Id": str(number), "ReceiptHandle": one} for number, one in enumerate(receipts)]
        self._client.delete_message_batch(QueueUrl=self._queue, Entries=entries)

    def close(self) -> None:
        self._client.close()


def message_of(received: Mapping[str, Any]) -> Message:
    """What was published. A queue that a topic of SNS writes to holds SNS's envelope: the message
    is inside (facts 4.3)."""
    text = str(received["Body"])
    attributes = {
        name: str(value["StringValue"])
        for name, value in received.get("MessageAttributes", {}).items()
        if "StringValue" in value
    }
    inside = _notification(text)
    return Message((text if inside is None else inside).encode(), attributes)


def _notification(text: str) -> str | None:
    """What an envelope of SNS holds; None when it is none."""
    try:
        document = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
    if not isinstance(document, dict) or document.get("Type") != "Notification":
        return None
    inside = document.get("Message")
    return inside if isinstance(inside, str) and "TopicArn" in document else None
