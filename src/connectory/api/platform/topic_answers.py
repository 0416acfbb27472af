"""Topics and their messages, as ``/platform/deployments/{id}/topics`` shows them."""

from datetime import UTC, datetime

from connectory.connectors.model import RetryPolicy
from connectory.hosting.topics import Topic
from connectory.hosting.topics.envelope import base64, published, subscription_of
from connectory.hosting.topics.inspecting import Counts, Seen
from connectory.hosting.topics.model import Attempt
from connectory.hosting.topics.policy import DEFAULT, State
from connectory.wire import Wire, timestamp


class TopicShown(Wire):
    """``topic`` and ``project`` are what publishers name; ``oldestPublishedAt`` is when the message
    was published that is to be delivered next."""

    application_name: str
    topic: str
    project: str
    subscription: str
    endpoint: str
    retry_policy: RetryPolicy
    waiting: int
    dead: int
    oldest_published_at: str | None = None


class FailedAttempt(Wire):
    """``what`` completes "The application ..."; ``status`` is what it answered, ``said`` how its
    answer began, both missing when there was none."""

    at: str
    milliseconds: int
    what: str
    status: int | None = None
    said: str = ""


class MessageShown(Wire):
    """``state`` is ``waiting`` or ``dead``; ``at`` is when it is delivered next, or when it was
    given up; ``size`` is in bytes. ``attempts`` counts those since it was published or replayed."""

    message_id: str
    state: State
    published_at: str
    at: str
    size: int
    attempts: int
    last_failure: FailedAttempt | None = None


class MessageDetails(MessageShown):
    """``data`` in base64; the latest failed attempts, the oldest first."""

    data: str
    attributes: dict[str, str]
    ordering_key: str
    failures: tuple[FailedAttempt, ...]


class MessageDraft(Wire):
    """``data`` in base64; it or an attribute is needed."""

    data: str = ""
    attributes: dict[str, str] | None = None


class PublishedMessage(Wire):
    message_id: str


class Replayed(Wire):
    """How many dead letters are delivered again."""

    replayed: int


def topic_shown(topic: Topic, counts: Counts) -> TopicShown:
    return TopicShown(
        application_name=topic.application_name,
        topic=topic.name,
        project=topic.project,
        subscription=subscription_of(topic.project, topic.name),
        endpoint=topic.endpoint,
        retry_policy=topic.retry_policy or DEFAULT,
        waiting=counts.waiting,
        dead=counts.dead,
        oldest_published_at=published(counts.oldest) if counts.oldest is not None else None,
    )


def message_shown(seen: Seen) -> MessageShown:
    return MessageShown(
        message_id=str(seen.id),
        state=seen.state,
        published_at=published(seen.id),
        at=_moment(seen.due),
        size=seen.size,
        attempts=seen.attempts,
        last_failure=_failure(seen.history[-1]) if seen.history else None,
    )


def message_details(seen: Seen, data: bytes) -> MessageDetails:
    return MessageDetails(
        message_id=str(seen.id),
        state=seen.state,
        published_at=published(seen.id),
        at=_moment(seen.due),
        size=seen.size,
        attempts=seen.attempts,
        last_failure=_failure(seen.history[-1]) if seen.history else None,
        data=base64(data),
        attributes=seen.attributes,
        ordering_key=seen.ordering_key,
        failures=tuple(map(_failure, seen.history)),
    )


def _failure(attempt: Attempt) -> FailedAttempt:
    return FailedAttempt(
        at=attempt.at,
        milliseconds=attempt.milliseconds,
        what=attempt.what,
        status=attempt.status,
        said=attempt.said,
    )


def _moment(milliseconds: int) -> str:
    return timestamp(datetime.fromtimestamp(milliseconds / 1000, UTC))
