"""A message as Google Pub/Sub pushes it (facts 4.3). Pure."""

import binascii
from datetime import UTC, datetime
from urllib.parse import quote

from connectory.connectors.model import RetryPolicy
from connectory.hosting.topics.model import Held
from connectory.wire import encode

HEAD = (
    "POST {path} HTTP/1.1\r\n"
    "Host: {host}\r\n"
    "User-Agent: Connectory-Events\r\n"
    "Accept: application/json\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: "
)


def head(endpoint: str, host: str) -> bytes:
    """The beginning of every delivery's request, up to its length."""
    parts = [quote(part, safe="") for part in endpoint.split("/") if part]
    return HEAD.format(path=f"/{'/'.join(parts)}", host=host).encode("ascii")


def request(beginning: bytes, body: bytes) -> bytes:
    return b"%b%d\r\n\r\n%b" % (beginning, len(body), body)


def envelope(held: Held, subscription: str, policy: RetryPolicy | None) -> bytes:
    """The body of a delivery. ``deliveryAttempt`` counts from 1 where messages are given up after
    some attempts, as with a dead-letter topic of Pub/Sub."""
    message, number, when = held.message, str(held.id), published(held.id)
    document: dict[str, object] = {
        "message": {
            "attributes": message.attributes,
            **({"data": base64(message.data)} if message.data else {}),
            "messageId": number,
            "message_id": number,
            **({"orderingKey": message.ordering_key} if message.ordering_key else {}),
            "publishTime": when,
            "publish_time": when,
        },
        "subscription": subscription,
    }
    if policy is not None and policy.max_attempts is not None:
        document["deliveryAttempt"] = held.attempts + 1
    return encode(document)


def subscription_of(project: str, topic: str) -> str:
    """The name under which the application is subscribed: the topic's, as there is only one."""
    return f"projects/{project}/subscriptions/{topic}"


def base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def published(id_: int) -> str:
    """When the message with this id was published, in ISO 8601 with milliseconds."""
    moment = datetime.fromtimestamp(id_ // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{id_ // 1_000_000 % 1000:03d}Z"
