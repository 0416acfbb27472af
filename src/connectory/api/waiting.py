"""Held GETs: a pending resource is answered when its work is done, for clients that ask.

RFC 7240 ``Prefer: wait=N``, and by default for the official CLI, which otherwise looks once a
minute.
"""

import re
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request

from connectory.database import Database

T = TypeVar("T")

LONGEST = 25.0
CLI = "commercetools-cli-"


def seconds_to_wait(request: Request) -> float:
    """How long this client wants its answer held."""
    asked = re.search(r"\bwait=(\d{1,6})", request.headers.get("prefer", ""))
    if asked:
        return min(float(asked[1]), LONGEST)
    return LONGEST if request.headers.get("x-correlation-id", "").startswith(CLI) else 0.0


async def settled(
    request: Request,
    database: Database,
    read: Callable[[], Awaitable[T]],
    pending: Callable[[T], bool],
) -> T:
    """What ``read`` gives, once it is no longer pending or the client's patience is over."""
    until = time.monotonic() + seconds_to_wait(request)
    while True:
        seen = database.changes.count
        value = await read()
        left = until - time.monotonic()
        if left <= 0 or not pending(value) or database.changes.ended:
            return value
        await database.changes.wait(seen, left)
