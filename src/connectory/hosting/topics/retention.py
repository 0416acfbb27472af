"""How long messages are kept: undelivered ones 7 days (facts 11), then as dead letters for a
while."""

import time
from datetime import timedelta

from sqlalchemy import Connection, delete, select, update

from connectory.hosting.topics.policy import State
from connectory.hosting.topics.queue import messages
from connectory.hosting.topics.store import topics

AT_ONCE = 1000
"""Messages that one transaction moves or deletes: others want to write as well."""


def give_up(connection: Connection, kept: timedelta) -> int:
    """Messages that waited for longer become dead letters; how many, at most ``AT_ONCE``."""
    now = time.time_ns()
    oldest = now - int(kept.total_seconds() * 1e9)
    old = (
        select(messages.c.id)
        .where(messages.c.id < oldest, messages.c.state == State.WAITING)
        .order_by(messages.c.id)
        .limit(AT_ONCE)
    )
    ids = list(connection.execute(old).scalars())
    dead = {"state": State.DEAD, "due_at": now // 1_000_000}
    for first in range(0, len(ids), 500):
        some = ids[first : first + 500]
        connection.execute(update(messages).where(messages.c.id.in_(some)).values(dead))
    return len(ids)


def forget_dead(connection: Connection, kept: timedelta) -> int:
    """Dead letters given up longer ago are deleted; how many, at most ``AT_ONCE`` of a topic."""
    before = time.time() - kept.total_seconds()
    return sum(
        _forget(connection, application_id, int(before * 1000))
        for application_id in connection.execute(select(topics.c.application_id)).scalars().all()
    )


def _forget(connection: Connection, application_id: str, before: int) -> int:
    old = (
        select(messages.c.id)
        .where(
            messages.c.application_id == application_id,
            messages.c.state == State.DEAD,
            messages.c.due_at < before,
        )
        .limit(AT_ONCE)
    )
    return connection.execute(delete(messages).where(messages.c.id.in_(old))).rowcount


def forget_orphans(connection: Connection) -> int:
    """What was published while its topic went is deleted."""
    known = select(topics.c.application_id)
    orphans = delete(messages).where(messages.c.application_id.not_in(known))
    return connection.execute(orphans).rowcount
