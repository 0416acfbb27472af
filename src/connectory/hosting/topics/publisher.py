"""Publishing: a message is on disk before its publisher is told its id."""

from collections.abc import Sequence
from functools import partial

from connectory.database import Database
from connectory.hosting.topics.model import Message
from connectory.hosting.topics.queue import add_messages

MESSAGES = "messages"
"""The subject of what is published: who delivers is woken, nobody else."""


async def publish(
    database: Database, application_id: str, published: Sequence[Message]
) -> tuple[str, ...]:
    """The ids of the messages, at least one, once they are stored.

    The topic must exist; what is published while it goes, goes with it.
    """
    write = partial(add_messages, application_id=application_id, published=published)
    return tuple(map(str, await database.write(write, MESSAGES)))
