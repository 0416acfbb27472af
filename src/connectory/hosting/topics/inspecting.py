"""What a person sees of a topic's messages, and does with them."""

import time
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, delete, func, select, update

from connectory.hosting.topics.model import Attempt
from connectory.hosting.topics.policy import State
from connectory.hosting.topics.queue import messages


class Counts(NamedTuple):
    """``oldest`` is the id of the message that has been waiting longest; None without one."""

    waiting: int
    dead: int
    oldest: int | None


class Seen(NamedTuple):
    """A message without its data, of which it has ``size`` bytes. ``due`` in milliseconds since
    1970: when it is delivered next, or when it was given up."""

    id: int
    state: State
    due: int
    size: int
    attributes: dict[str, str]
    ordering_key: str
    attempts: int
    history: tuple[Attempt, ...]


def counts_of(connection: Connection, application_id: str) -> Counts:
    of = messages.c.application_id == application_id
    rows = connection.execute(
        select(messages.c.state, func.count()).where(of).group_by(messages.c.state)
    )
    found = {row[0]: row[1] for row in rows}
    oldest = select(messages.c.id).where(of, messages.c.state == State.WAITING)
    first = connection.execute(oldest.order_by(messages.c.due_at).limit(1)).scalar()
    return Counts(found.get(State.WAITING, 0), found.get(State.DEAD, 0), first)


def messages_of(
    connection: Connection, application_id: str, state: State, limit: int, offset: int
) -> tuple[Seen, ...]:
    """Waiting ones as they will be delivered, dead ones the latest first."""
    due = messages.c.due_at
    order = (due.desc(), messages.c.id.desc()) if state is State.DEAD else (due, messages.c.id)
    asked = _seen().where(messages.c.application_id == application_id, messages.c.state == state)
    return tuple(map(_read, connection.execute(asked.order_by(*order).limit(limit).offset(offset))))


def message_of(connection: Connection, application_id: str, id_: int) -> Seen | None:
    found = _seen().where(messages.c.id == id_, messages.c.application_id == application_id)
    row = connection.execute(found).first()
    return None if row is None else _read(row)


def data_of(connection: Connection, id_: int) -> bytes:
    """What was published; empty when the message is gone."""
    data = connection.execute(select(messages.c.data).where(messages.c.id == id_)).scalar()
    return bytes(data or b"")


def delete_message(connection: Connection, application_id: str, id_: int) -> None:
    """It is not delivered any more, unless it is just under way."""
    of = messages.c.application_id == application_id
    connection.execute(delete(messages).where(messages.c.id == id_, of))


def replay(connection: Connection, application_id: str, id_: int) -> None:
    """It is delivered now; one that was given up has all its attempts again."""
    of = (messages.c.id == id_, messages.c.application_id == application_id)
    connection.execute(update(messages).where(*of).values(_afresh()))


def replay_dead(connection: Connection, application_id: str, most: int) -> int:
    """Up to ``most`` dead letters are delivered now; how many they were."""
    some = (
        select(messages.c.id)
        .where(messages.c.application_id == application_id, messages.c.state == State.DEAD)
        .limit(most)
    )
    replayed = update(messages).where(messages.c.id.in_(some)).values(_afresh())
    return connection.execute(replayed).rowcount


def _afresh() -> dict[str, Any]:
    return {"state": State.WAITING, "due_at": int(time.time() * 1000), "attempts": 0}


def _seen() -> Select[Any]:
    return select(
        messages.c.id,
        messages.c.state,
        messages.c.due_at,
        func.length(messages.c.data),
        messages.c.attributes,
        messages.c.ordering_key,
        messages.c.attempts,
        messages.c.history,
    )


def _read(row: Any) -> Seen:
    id_, state, due, size, attributes, ordering_key, attempts, history = row
    return Seen(
        id_,
        State(state),
        due,
        size,
        msgspec.json.decode(attributes, type=dict[str, str]),
        ordering_key,
        attempts,
        msgspec.json.decode(history, type=tuple[Attempt, ...]),
    )
