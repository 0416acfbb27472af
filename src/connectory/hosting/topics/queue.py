"""The messages of all topics as they are stored. Plain functions over a connection."""

import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from connectory.database.schema import metadata
from connectory.hosting.topics.model import BROKEN, Attempt, Held, Message
from connectory.hosting.topics.policy import State

BIG = BigInteger().with_variant(Integer(), "sqlite")
TOGETHER = 500
"""Rows that one statement names."""
KEPT_ATTEMPTS = 10
"""Failed attempts of a message that can be looked at, the latest ones."""
messages = Table(
    "topic_messages",
    metadata,
    # see new_ids: it grows, and tells when the message was published
    Column("id", BIG, primary_key=True, autoincrement=False),
    Column("application_id", String(36), nullable=False),
    Column("state", String(8), nullable=False),
    # milliseconds since 1970: when it is to be delivered; of a dead one, when it was given up
    Column("due_at", BIG, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("ordering_key", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    # a JSON array of the latest failed attempts
    Column("history", Text, nullable=False),
    Index("ix_topic_messages_due", "application_id", "state", "due_at", "id"),
)


class Failure(NamedTuple):
    """An attempt that failed, to be written. ``due`` in seconds since 1970."""

    application_id: str

    held: Held
    attempt: Attempt
    state: State
    due: float


def add_messages(
    connection: Connection, application_id: str, published: Sequence[Message]
) -> tuple[int, ...]:
    """Keep new messages, to be delivered at once; their ids."""
    ids = new_ids(len(published))
    rows = [
        {
            "id": id_,
            "application_id": application_id,
            "state": State.WAITING,
            "due_at": id_ // 1_000_000,
            "data": one.data,
            "attributes": msgspec.json.encode(one.attributes).decode() if one.attributes else "{}",
            "ordering_key": one.ordering_key,
            "attempts": 0,
            "history": "[]",
        }
        for id_, one in zip(ids, published, strict=True)
    ]
    connection.execute(insert(messages), rows)
    return ids


_latest = 0


def new_ids(count: int) -> tuple[int, ...]:
    """Nanoseconds since 1970, and counted on from there: each larger than any before.

    Called by whichever thread writes, which is one at a time. Two processes would have to publish
    within the same microsecond to give the same number; then the later one fails and says so.
    """
    global _latest  # noqa: PLW0603 - there is one clock
    first = max(_latest + 1, time.time_ns())
    _latest = first + count - 1
    return tuple(range(first, first + count))


DUE = (
    select(messages.c.id)
    .where(
        messages.c.application_id == bindparam("application_id"),
        messages.c.state == State.WAITING,
        messages.c.due_at <= bindparam("now"),
    )
    .order_by(messages.c.due_at, messages.c.id)
    .limit(bindparam("most"))
)
HELD = select(
    messages.c.id,
    messages.c.data,
    messages.c.attributes,
    messages.c.ordering_key,
    messages.c.attempts,
    messages.c.history,
).where(messages.c.id.in_(bindparam("ids", expanding=True)))


def due_messages(
    connection: Connection, application_id: str, but: set[int], now: float, most: int
) -> tuple[Held, ...]:
    """Up to ``most`` messages that are to be delivered now, the longest due first."""
    asked = {
        "application_id": application_id,
        "now": int(now * 1000),
        "most": most + len(but),
    }
    found = (id_ for id_ in connection.execute(DUE, asked).scalars() if id_ not in but)
    ids = [id_ for id_, _ in zip(found, range(most), strict=False)]
    if not ids:
        return ()
    rows = {row[0]: _held(row) for row in connection.execute(HELD, {"ids": ids})}
    return tuple(rows[id_] for id_ in ids if id_ in rows)


TAKE = delete(messages).where(messages.c.id.in_(bindparam("ids", expanding=True)))
FAIL = (
    update(messages)
    .where(messages.c.id == bindparam("message"), messages.c.state == State.WAITING)
    .values(
        attempts=bindparam("failed"),
        state=bindparam("becomes"),
        due_at=bindparam("due"),
        history=bindparam("seen"),
    )
)


def settle(connection: Connection, taken: Sequence[int], failed: Sequence[Failure]) -> None:
    """Forget what was taken, and keep what became of the rest."""
    for first in range(0, len(taken), TOGETHER):
        connection.execute(TAKE, {"ids": list(taken[first : first + TOGETHER])})
    if failed:
        connection.execute(FAIL, [_failed(one) for one in failed])


def _failed(failure: Failure) -> dict[str, Any]:
    held = failure.held
    before = _attempts(held.history)
    return {
        "message": held.id,
        "failed": held.attempts + 1,
        "becomes": failure.state,
        "due": int(failure.due * 1000),
        "seen": msgspec.json.encode([*before, failure.attempt][-KEPT_ATTEMPTS:]).decode(),
    }


def _held(row: Any) -> Held:
    id_, data, attributes, ordering_key, attempts, history = row
    known = json.loads(attributes) if attributes != "{}" else {}
    seen = history.encode()
    suspect = attempts > 0 and _attempts(seen)[-1].what == BROKEN
    return Held(id_, Message(bytes(data), known, ordering_key), attempts, seen, suspect)


def _attempts(history: bytes) -> list[Attempt]:
    return msgspec.json.decode(history, type=list[Attempt])
