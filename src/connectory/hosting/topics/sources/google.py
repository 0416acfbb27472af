"""Google Pub/Sub, with its own client library (extra ``sources``)."""

from collections.abc import Sequence
from typing import Any

from connectory.hosting.topics.model import Message
from connectory.hosting.topics.sources.model import GooglePubSub, Pulled

AT_ONCE = 500
WAIT = 20.0
"""Seconds a request waits for messages."""


class GooglePuller:
    def __init__(self, source: GooglePubSub) -> None:
        self._subscription = source.subscription
        self._client = _client(source)

    def pull(self) -> Sequence[Pulled]:
        from google.api_core.exceptions import DeadlineExceeded

        asked = {"subscription": self._subscription, "max_messages": AT_ONCE}
        try:
            answer = self._client.pull(request=asked, timeout=WAIT, retry=None)
        except DeadlineExceeded:
            return ()  # there was nothing
        return tuple(
            Pulled(
                Message(one.message.data, dict(one.message.attributes), one.message.ordering_key),
                one.ack_id,
            )
            for one in answer.received_messages
        )

    def acknowledge(self, receipts: Sequence[str]) -> None:
        asked = {"subscription": self._subscription, "ack_ids": list(receipts)}
        self._client.acknowledge(request=asked, timeout=WAIT)

    def close(self) -> None:
        self._client.transport.close()


def _client(source: GooglePubSub) -> Any:
    from google.pubsub_v1.services.subscriber import SubscriberClient

    if source.endpoint:
        from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
        from grpc import insecure_channel  # type: ignore[import-untyped]

        channel = insecure_channel(source.endpoint)
        return SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
    if source.credentials:
        return SubscriberClient.from_service_account_file(source.credentials)
    return SubscriberClient()
