"""``/v1/projects/{project}/topics``: publishing as with Google Pub/Sub's REST API, so that its
client libraries, pointed at this platform, publish here.

Who knows a topic's name may publish to it, as with the public address of an event application:
the name holds 24 random characters. With ``topics_require_token``, it takes a token as well.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import body, caller, context
from connectory.api.openapi import Access, Operation
from connectory.api.routing import resource
from connectory.auth import require
from connectory.auth.scopes import MANAGE_DEPLOYMENTS
from connectory.deployments.store import deployment_with
from connectory.errors import ConnectError, ContentTooLargeError, ResourceNotFoundError
from connectory.hosting.topics import Topic, publish, topic_of
from connectory.hosting.topics.model import Message
from connectory.wire import Wire

TAG = "Events"
LARGEST = 10_000_000
"""Bytes of data in one request, as with Google."""
MOST_MESSAGES = 1000
STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    413: "INVALID_ARGUMENT",
}
Name = Annotated[str, Meta(min_length=1, max_length=256)]
Value = Annotated[str, Meta(max_length=1024)]
Data = Annotated[str, Meta(extra_json_schema={"contentEncoding": "base64"})]


class PubsubMessage(Wire):
    """``data`` in base64; it or an attribute is needed. What the platform gives, ``messageId`` and
    ``publishTime``, is not read."""

    data: Data | None = None
    attributes: Annotated[dict[Name, Value], Meta(max_length=100)] | None = None
    ordering_key: Annotated[str, Meta(max_length=1024)] | None = None
    message_id: str | None = None
    publish_time: str | None = None


class PublishRequest(Wire):
    messages: Annotated[tuple[PubsubMessage, ...], Meta(min_length=1, max_length=MOST_MESSAGES)]


class PublishResponse(Wire):
    """The ids of the messages, in their order: they are stored."""

    message_ids: tuple[str, ...]


class TopicResource(Wire):
    """``name`` is ``projects/{project}/topics/{topic}``."""

    name: str
    state: str


class Status(Wire):
    code: int
    message: str
    status: str


class GoogleRefusal(Wire):
    """An error in the form of Google's APIs."""

    error: Status


REFUSALS = dict.fromkeys(STATUSES, GoogleRefusal)
Handler = Callable[[Request], Awaitable[Response]]


class InvalidMessageError(Exception):
    """Names the field."""


class UnknownTopicError(Exception):
    pass


def as_google(handler: Handler) -> Handler:
    """Errors in the form that Google's clients read."""

    @wraps(handler)
    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except InvalidMessageError as problem:
            return refusal(400, str(problem))
        except UnknownTopicError as problem:
            return refusal(404, f"Resource not found (resource={problem}).")
        except ContentTooLargeError as error:
            response = refusal(error.status, f"A request has at most {LARGEST} bytes of data.")
            # what is still to come is not read
            response.headers["connection"] = "close"
            return response
        except ConnectError as error:
            return refusal(error.status, error.message)

    return answered


def refusal(status: int, message: str) -> Response:
    told = Status(code=status, message=message, status=STATUSES[status])
    return answer(GoogleRefusal(error=told), status)


@Operation(
    "publishMessages",
    "Publish messages to the topic of an event application",
    tag=TAG,
    access=Access.ANYONE,
    request=PublishRequest,
    answer=PublishResponse,
    also=REFUSALS,
    description="As `projects.topics.publish` of the Google Pub/Sub API, version 1. The answer "
    "comes once the messages are stored.",
)
@as_google
async def publish_messages(request: Request) -> Response:
    topic = await _topic(request)
    messages = _messages(await body(request))
    ids = await publish(context(request).database, topic.application_id, messages)
    return answer(PublishResponse(message_ids=ids))


@Operation(
    "getTopic",
    "See whether there is such a topic",
    tag=TAG,
    access=Access.ANYONE,
    answer=TopicResource,
    also={status: GoogleRefusal for status in STATUSES if status in {401, 403, 404}},
    description="As `projects.topics.get` of the Google Pub/Sub API, version 1.",
)
@as_google
async def read(request: Request) -> Response:
    topic = await _topic(request)
    return answer(
        TopicResource(name=f"projects/{topic.project}/topics/{topic.name}", state="ACTIVE")
    )


async def _topic(request: Request) -> Topic:
    """The topic of the address. Raises ``UnknownTopicError``; ``InvalidTokenError`` and
    ``AuthorizationError`` where a token is needed."""
    project, name = request.path_params["project"], request.path_params["topic"]
    here = context(request)
    who = await caller(request) if here.settings.topics_require_token else None
    found = await here.database.read(lambda c: topic_of(c, name))
    if found is None or found.project != project:
        raise UnknownTopicError(str(name)[:255])
    if who is not None:
        require(who, MANAGE_DEPLOYMENTS, await _project_of(request, found))
    return found


async def _project_of(request: Request, topic: Topic) -> str:
    try:
        stored = await context(request).database.read(
            lambda c: deployment_with(c, id=topic.deployment_id)
        )
    except ResourceNotFoundError:
        raise UnknownTopicError(topic.name) from None
    return stored.project_key


def _messages(text: bytes) -> tuple[Message, ...]:
    """Raises ``InvalidMessageError``."""
    try:
        asked = msgspec.json.decode(text, type=PublishRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise InvalidMessageError(f"Invalid JSON payload received. {problem}") from None
    messages = tuple(_message(number, one) for number, one in enumerate(asked.messages))
    if sum(len(one.data) for one in messages) > LARGEST:
        raise InvalidMessageError(f"The data of a request has at most {LARGEST} bytes.")
    return messages


def _message(number: int, asked: PubsubMessage) -> Message:
    data = decoded(asked.data or "")
    if data is None:
        raise InvalidMessageError(f"Base64 decoding failed - at `$.messages[{number}].data`")
    if not data and not asked.attributes:
        raise InvalidMessageError(
            f"A message has data or at least one attribute - at `$.messages[{number}]`"
        )
    return Message(data, asked.attributes or {}, asked.ordering_key or "")


def decoded(text: str) -> bytes | None:
    """Base64 in either alphabet, padded or not, as JSON of Protocol Buffers may have it; None for
    what is not base64."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


ROUTES = [
    resource("/v1/projects/{project}/topics/{topic}:publish", POST=publish_messages),
    resource("/v1/projects/{project}/topics/{topic}", GET=read),
]
