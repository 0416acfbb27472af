"""``/platform/deployments/{id}/topics``: the messages of event applications, also those that were
given up, to look at, publish, replay and delete."""

import re
from functools import partial
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.auditing import record
from connectory.api.context import body, context, path_id
from connectory.api.deployment_lookup import target_of
from connectory.api.openapi import Access, Operation, Paged, Query
from connectory.api.platform.asking import Asker, asker
from connectory.api.platform.paging import LIMIT_AND_OFFSET, limit_and_offset, page_of, paged
from connectory.api.platform.seen_deployments import deployment_seen
from connectory.api.platform.topic_answers import (
    MessageDetails,
    MessageDraft,
    MessageShown,
    PublishedMessage,
    Replayed,
    TopicShown,
    message_details,
    message_shown,
    topic_shown,
)
from connectory.api.pubsub import LARGEST, TAG, decoded
from connectory.api.routing import resource
from connectory.auth.scopes import MANAGE_DEPLOYMENTS, VIEW_DEPLOYMENTS
from connectory.errors import (
    InvalidJsonInputError,
    InvalidPathParamError,
    InvalidQueryParamError,
    ResourceNotFoundError,
)
from connectory.hosting.topics import MESSAGES, Topic
from connectory.hosting.topics.inspecting import (
    Seen,
    counts_of,
    data_of,
    delete_message,
    message_of,
    messages_of,
    replay,
    replay_dead,
)
from connectory.hosting.topics.model import Message
from connectory.hosting.topics.policy import State
from connectory.hosting.topics.queue import add_messages
from connectory.hosting.topics.store import topics_of
from connectory.wire import decode

REPLAYED_AT_ONCE = 5000
"""Dead letters that one transaction brings back: others want to write as well."""


@Operation(
    "queryTopics",
    "List the topics of a Deployment, one for each event application",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_DEPLOYMENTS,
    query=LIMIT_AND_OFFSET,
    answer=Paged(TopicShown),
)
async def query(request: Request) -> Response:
    who, id_ = await asker(request, VIEW_DEPLOYMENTS), path_id(request)

    def work(connection: Connection) -> list[TopicShown]:
        deployment_seen(connection, who, id_)
        return [
            topic_shown(one, counts_of(connection, one.application_id))
            for one in topics_of(connection, id_)
        ]

    return paged(request, await context(request).database.read(work))


@Operation(
    "queryMessages",
    "List the messages of a topic that wait for delivery, or that were given up",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_DEPLOYMENTS,
    query=(
        Query(
            "state",
            Annotated[str, Meta(pattern="^(waiting|dead)$")],
            "`waiting` for delivery, or `dead`: given up.",
            State.WAITING.value,
        ),
        *LIMIT_AND_OFFSET,
    ),
    answer=Paged(MessageShown),
)
async def query_messages(request: Request) -> Response:
    who, state = await asker(request, VIEW_DEPLOYMENTS), _state(request)
    limit, offset = limit_and_offset(request)

    def work(connection: Connection) -> tuple[tuple[Seen, ...], int]:
        application_id = _topic(connection, request, who).application_id
        counts = counts_of(connection, application_id)
        total = counts.dead if state is State.DEAD else counts.waiting
        return messages_of(connection, application_id, state, limit, offset), total

    found, total = await context(request).database.read(work)
    return page_of([message_shown(one) for one in found], total, limit, offset)


@Operation(
    "getMessage",
    "Get a message with its data and its failed attempts",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_DEPLOYMENTS,
    answer=MessageDetails,
)
async def read_message(request: Request) -> Response:
    who, number = await asker(request, VIEW_DEPLOYMENTS), _number(request)

    def work(connection: Connection) -> MessageDetails:
        return _details(connection, _topic(connection, request, who), number)

    return answer(await context(request).database.read(work))


@Operation(
    "publishMessage",
    "Publish a message to a topic",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_DEPLOYMENTS,
    request=MessageDraft,
    answer=PublishedMessage,
    status=201,
)
async def publish_message(request: Request) -> Response:
    who = await asker(request, MANAGE_DEPLOYMENTS)
    message = _message(decode(await body(request), MessageDraft))

    def work(connection: Connection) -> PublishedMessage:
        topic = _topic(connection, request, who)
        (id_,) = add_messages(connection, topic.application_id, [message])
        _record(connection, request, who, topic, {"messageId": str(id_)})
        return PublishedMessage(message_id=str(id_))

    return answer(await context(request).database.write(work, MESSAGES), 201)


@Operation(
    "replayMessage",
    "Deliver a message now, also one that was given up",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_DEPLOYMENTS,
    answer=MessageDetails,
)
async def replay_message(request: Request) -> Response:
    who, number = await asker(request, MANAGE_DEPLOYMENTS), _number(request)

    def work(connection: Connection) -> MessageDetails:
        topic = _topic(connection, request, who)
        _details(connection, topic, number)
        replay(connection, topic.application_id, number)
        _record(connection, request, who, topic, {"messageId": str(number)})
        return _details(connection, topic, number)

    return answer(await context(request).database.write(work, MESSAGES))


@Operation(
    "replayDeadLetters",
    "Deliver every message of a topic that was given up",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_DEPLOYMENTS,
    answer=Replayed,
)
async def replay_all(request: Request) -> Response:
    who, database = await asker(request, MANAGE_DEPLOYMENTS), context(request).database

    def first(connection: Connection) -> tuple[Topic, int]:
        topic = _topic(connection, request, who)
        dead = counts_of(connection, topic.application_id).dead
        _record(connection, request, who, topic, {"messages": dead})
        return topic, dead

    topic, dead = await database.write(first)
    some = partial(replay_dead, application_id=topic.application_id, most=REPLAYED_AT_ONCE)
    replayed = 0
    # those that are given up again meanwhile are for the next time
    while replayed < dead and (brought := await database.write(some, MESSAGES)):
        replayed += brought
    return answer(Replayed(replayed=replayed))


@Operation(
    "deleteMessage",
    "Delete a message: it is not delivered any more",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_DEPLOYMENTS,
    answer=MessageDetails,
)
async def remove_message(request: Request) -> Response:
    who, number = await asker(request, MANAGE_DEPLOYMENTS), _number(request)

    def work(connection: Connection) -> MessageDetails:
        topic = _topic(connection, request, who)
        going = _details(connection, topic, number)
        delete_message(connection, topic.application_id, number)
        _record(connection, request, who, topic, {"messageId": str(number)})
        return going

    return answer(await context(request).database.write(work, MESSAGES))


def _topic(connection: Connection, request: Request, who: Asker) -> Topic:
    """The topic of the address. Raises ``ResourceNotFoundError``."""
    deployment_id = path_id(request)
    deployment_seen(connection, who, deployment_id)
    name = str(request.path_params["application_name"])
    for topic in topics_of(connection, deployment_id):
        if topic.application_name == name:
            return topic
    raise ResourceNotFoundError("Topic", key=name[:256])


def _details(connection: Connection, topic: Topic, number: int) -> MessageDetails:
    """Raises ``ResourceNotFoundError``."""
    found = message_of(connection, topic.application_id, number)
    if found is None:
        raise ResourceNotFoundError("Message", id=str(number))
    return message_details(found, data_of(connection, number))


def _record(
    connection: Connection, request: Request, who: Asker, topic: Topic, detail: dict[str, Any]
) -> None:
    """Never what is in a message: it may be personal."""
    stored = deployment_seen(connection, who, topic.deployment_id)
    shown = {"applicationName": topic.application_name, **detail}
    record(connection, request, who, target_of(stored.deployment), shown)


def _message(draft: MessageDraft) -> Message:
    data = decoded(draft.data)
    if data is None:
        raise InvalidJsonInputError("data is not base64 - at `$.data`")
    if len(data) > LARGEST:
        raise InvalidJsonInputError(f"A message has at most {LARGEST} bytes - at `$.data`")
    if not data and not draft.attributes:
        raise InvalidJsonInputError("A message has data or at least one attribute.")
    return Message(data, draft.attributes or {})


def _state(request: Request) -> State:
    text = request.query_params.get("state", State.WAITING)
    if text not in set(State):
        raise InvalidQueryParamError(f"state takes one of {', '.join(State)}.")
    return State(text)


def _number(request: Request) -> int:
    value = str(request.path_params["message_id"])
    if not re.fullmatch(r"[1-9][0-9]{0,18}", value) or int(value) >= 2**63:
        raise InvalidPathParamError(f"'{value[:100]}' is not the id of a message: a number.")
    return int(value)


TOPICS = "/platform/deployments/{id}/topics"
MESSAGE = f"{TOPICS}/{{application_name}}/messages"
ROUTES = [
    resource(TOPICS, GET=query),
    resource(f"{TOPICS}/{{application_name}}/replay", POST=replay_all),
    resource(MESSAGE, GET=query_messages, POST=publish_message),
    resource(f"{MESSAGE}/{{message_id}}", GET=read_message, DELETE=remove_message),
    resource(f"{MESSAGE}/{{message_id}}/replay", POST=replay_message),
]
