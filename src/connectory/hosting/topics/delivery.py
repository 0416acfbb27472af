"""Delivering one message to its application."""

import time
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from connectory.hosting.backends import Door
from connectory.hosting.topics.connections import (
    Answer,
    BrokenError,
    Connections,
    UnreachableError,
)
from connectory.hosting.topics.envelope import envelope, request
from connectory.hosting.topics.line import Line
from connectory.hosting.topics.model import BROKEN, Attempt, Held
from connectory.hosting.topics.policy import ACKNOWLEDGED_WITHIN, taken
from connectory.wire import timestamp

LATE = f"did not answer within {ACKNOWLEDGED_WITHIN:g} seconds"


class Lease(Protocol):
    """The right to call an instance, until its end."""

    @property
    def door(self) -> Door: ...

    def end(self) -> None: ...


class Doors(Protocol):
    """Who knows how applications are reached: the supervisor."""

    async def lease(self, application_id: str) -> Lease | None: ...


class NobodyThereError(Exception):
    """The message was not sent: that is no attempt."""


class Delivered(NamedTuple):
    """``attempt`` is None for a message that was taken; ``answered``: there was an answer."""

    attempt: Attempt | None
    answered: bool


async def deliver(doors: Doors, connections: Connections, line: Line, held: Held) -> Delivered:
    """What the application said to the message. Raises ``NobodyThereError``."""
    body = envelope(held, line.subscription, line.topic.retry_policy)
    lease = await doors.lease(line.topic.application_id)
    if lease is None:
        raise NobodyThereError
    began = time.time()
    try:
        answer = await connections.ask(lease.door, request(line.head, body))
    except UnreachableError:
        raise NobodyThereError from None
    except BrokenError:
        return Delivered(_attempt(began, BROKEN), answered=False)
    finally:
        lease.end()
    if taken(answer.status):
        return Delivered(None, answered=True)
    return Delivered(_refused(began, answer), answered=True)


def _refused(began: float, answer: Answer) -> Attempt:
    what = LATE if answer.status is None else f"answered {answer.status}"
    said = answer.said.decode("utf-8", "replace")
    return _attempt(began, what, answer.status, said)


def _attempt(began: float, what: str, status: int | None = None, said: str = "") -> Attempt:
    at = timestamp(datetime.fromtimestamp(began, UTC))
    return Attempt(at, round((time.time() - began) * 1000), what, status, said)
