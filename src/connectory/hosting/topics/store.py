"""Topics as they are stored. Plain functions over a connection."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from connectory.connectors.model import RetryPolicy
from connectory.database.schema import metadata
from connectory.hosting.topics.policy import State
from connectory.hosting.topics.queue import messages

topics = Table(
    "topics",
    metadata,
    Column("application_id", String(36), primary_key=True),
    Column("deployment_id", String(36), nullable=False, index=True),
    Column("application_name", String(256), nullable=False),
    Column("name", String(255), nullable=False, unique=True),
    Column("project", String(300), nullable=False),
    Column("endpoint", String, nullable=False),
    Column("retry_policy", Text),
)


class Topic(NamedTuple):
    """Where the messages of one event application are published. ``project`` is the name that
    publishers know it under, ``endpoint`` the path its messages are delivered to."""

    application_id: str
    deployment_id: str
    application_name: str
    name: str
    project: str
    endpoint: str
    retry_policy: RetryPolicy | None


def declare_topics(connection: Connection, deployment_id: str, declared: Iterable[Topic]) -> None:
    """The Deployment has these topics from now on. One it had already keeps its messages; one it
    has no longer goes with them."""
    wanted = {one.application_id: one for one in declared}
    known = {one.application_id for one in topics_of(connection, deployment_id)}
    _forget(connection, known - wanted.keys())
    for id_, topic in wanted.items():
        row = topic._asdict() | {"retry_policy": _json(topic.retry_policy)}
        if id_ in known:
            connection.execute(update(topics).where(topics.c.application_id == id_).values(row))
        else:
            connection.execute(insert(topics).values(row))


def delete_topics(connection: Connection, deployment_id: str) -> None:
    """Nothing is left of the Deployment's topics and their messages."""
    _forget(connection, {one.application_id for one in topics_of(connection, deployment_id)})


def _forget(connection: Connection, application_ids: Iterable[str]) -> None:
    for id_ in application_ids:
        connection.execute(delete(topics).where(topics.c.application_id == id_))
        connection.execute(delete(messages).where(messages.c.application_id == id_))


def topics_of(connection: Connection, deployment_id: str) -> tuple[Topic, ...]:
    """By the name of the application."""
    rows = connection.execute(
        select(topics)
        .where(topics.c.deployment_id == deployment_id)
        .order_by(topics.c.application_name)
    )
    return tuple(map(_topic, rows))


def all_topics(connection: Connection) -> tuple[Topic, ...]:
    return tuple(map(_topic, connection.execute(select(topics))))


def topic_of(connection: Connection, name: str) -> Topic | None:
    """The topic with this name, which no other has."""
    row = connection.execute(select(topics).where(topics.c.name == name)).first()
    return _topic(row) if row else None


NEXT = (
    select(messages.c.due_at)
    .where(
        messages.c.application_id == topics.c.application_id,
        messages.c.state == State.WAITING,
    )
    .order_by(messages.c.due_at)
    .limit(1)
    .scalar_subquery()
)
NEXT_OF_EACH = select(topics.c.application_id, NEXT.label("due_at"))


def next_of_each(connection: Connection) -> dict[str, float]:
    """When the first message of each topic that has one is due, in seconds since 1970."""
    rows = connection.execute(NEXT_OF_EACH)
    return {id_: due / 1000 for id_, due in rows if due is not None}


def _topic(row: Any) -> Topic:
    policy = row.retry_policy
    return Topic(
        row.application_id,
        row.deployment_id,
        row.application_name,
        row.name,
        row.project,
        row.endpoint,
        msgspec.json.decode(policy, type=RetryPolicy) if policy else None,
    )


def _json(policy: RetryPolicy | None) -> str | None:
    return None if policy is None else msgspec.json.encode(policy).decode()
