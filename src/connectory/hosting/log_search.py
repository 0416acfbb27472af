"""Reading logs: from a place on, or back from the end, by what somebody looks for."""

import asyncio
import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, select

from connectory.database import Database
from connectory.deployments.errors import DeploymentLogInvalidPageTokenError
from connectory.hosting.lines import LogType, Severity
from connectory.hosting.log_wanted import Wanted, conditions
from connectory.hosting.logs import DeploymentLog, deployment_logs
from connectory.wire import timestamp

PAGE = 100
REACH = 20_000
"""Entries looked at for one page: a search that finds little is read on from where it came to."""
LOOKS = 50
"""How many looks a page that is not full takes: half a second for a million entries."""
LATE = timedelta(minutes=5)
"""How much earlier than a neighbour's an entry's time may be: writers wait, and clocks differ."""

logs = deployment_logs.c


class LogPage(NamedTuple):
    """``next`` is where to read on, "" behind the last entry. ``end`` is the place behind all that
    was there: what is logged later is behind it. ``places`` are those behind each entry."""

    entries: tuple[DeploymentLog, ...]
    next: str
    end: str
    places: tuple[str, ...]


async def read(database: Database, look: Callable[[Connection], LogPage]) -> LogPage:
    """``look`` where it keeps no event loop waiting: a page may cost some tenths of a second."""
    return await asyncio.to_thread(database.read_blocking, look)


class _Placed(NamedTuple):
    id: int
    entry: DeploymentLog


class _Stretch(NamedTuple):
    """Places that one look is about, both included. ``more``: others lie beyond it."""

    first: int
    last: int
    more: bool


def entries(
    connection: Connection,
    deployment_id: str,
    application: str | None = None,
    start: str | None = None,
    end: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> LogPage:
    """A page of a Deployment's log, oldest first, as the contract has it.

    Raises ``DeploymentLogInvalidPageTokenError``.
    """
    wanted = Wanted(application, start=start, end=end)
    return search(connection, deployment_id, wanted, cursor or "", limit)


def search(
    connection: Connection,
    deployment_id: str,
    wanted: Wanted,
    token: str = "",
    limit: int = PAGE,
    *,
    newest_first: bool = False,
) -> LogPage:
    """A page of what is wanted; ``token`` is the ``next`` or ``end`` of another one, in the same
    order. Looks at a bounded number of entries: a page may be empty and not be the last.

    Raises ``DeploymentLogInvalidPageTokenError``.
    """
    where = conditions(deployment_id, wanted)
    lowest, highest = _bounds(connection, deployment_id, wanted)
    given, found = _position(token) if token else None, list[_Placed]()
    at = given
    for _ in range(LOOKS):
        if newest_first:
            stretch = _back(connection, deployment_id, lowest, _less(at, highest))
        else:
            stretch = _on(connection, deployment_id, max(lowest, at or 0), highest)
        some, at = _look(connection, where, stretch, limit - len(found), newest_first)
        found += some
        if at is None or len(found) >= limit:
            break
    end = max(highest, given or 0)
    return LogPage(
        tuple(one.entry for one in found),
        "" if at is None else _token(at),
        _token(end),
        tuple(_token(one.id) for one in found),
    )


def onward(
    connection: Connection, deployment_id: str, wanted: Wanted, at: str | None, limit: int
) -> LogPage:
    """What was logged behind the place ``at``; behind now, which is nothing yet, for None.

    Raises ``DeploymentLogInvalidPageTokenError``.
    """
    if at is not None:
        return search(connection, deployment_id, wanted, at, limit)
    _, last = _extent(connection, deployment_id)
    return LogPage((), "", _token(last), ())


def _on(connection: Connection, deployment_id: str, after: int, highest: int) -> _Stretch:
    edge = connection.execute(
        select(logs.id)
        .where(logs.deployment_id == deployment_id, logs.id > after, logs.id <= highest)
        .order_by(logs.id)
        .offset(REACH - 1)
        .limit(1)
    ).scalar()
    return _Stretch(after + 1, highest if edge is None else edge, edge not in {None, highest})


def _back(connection: Connection, deployment_id: str, lowest: int, last: int) -> _Stretch:
    edge = connection.execute(
        select(logs.id)
        .where(logs.deployment_id == deployment_id, logs.id > lowest, logs.id <= last)
        .order_by(logs.id.desc())
        .offset(REACH - 1)
        .limit(1)
    ).scalar()
    return _Stretch(lowest + 1 if edge is None else edge, last, edge is not None)


def _look(
    connection: Connection,
    where: list[ColumnElement[bool]],
    stretch: _Stretch,
    limit: int,
    newest_first: bool,
) -> tuple[tuple[_Placed, ...], int | None]:
    """What is wanted of a stretch, and where to look on, None at the end."""
    rows = connection.execute(
        select(deployment_logs)
        .where(*where, logs.id >= stretch.first, logs.id <= stretch.last)
        .order_by(logs.id.desc() if newest_first else logs.id)
        .limit(limit + 1)
    ).all()
    found = tuple(map(_placed, rows[:limit]))
    if len(rows) > limit:
        return found, rows[limit - 1].id
    edge = stretch.first if newest_first else stretch.last
    return found, edge if stretch.more else None


def _bounds(connection: Connection, deployment_id: str, wanted: Wanted) -> tuple[int, int]:
    """Before what is wanted, and its end: no entry outside has to be looked at."""
    lowest, highest = _extent(connection, deployment_id)
    if wanted.end is not None:
        last = _shifted(wanted.end, LATE)
        highest = _last_before(connection, deployment_id, last, (lowest, highest))
    if wanted.start is not None:
        first = _shifted(wanted.start, -LATE)
        lowest = _last_before(connection, deployment_id, first, (lowest, highest))
    return lowest, highest


def _extent(connection: Connection, deployment_id: str) -> tuple[int, int]:
    """Before the first entry, and the last one. All up to it has been committed."""
    ids = select(logs.id).where(logs.deployment_id == deployment_id).limit(1)
    first = connection.execute(ids.order_by(logs.id)).scalar()
    last = connection.execute(ids.order_by(logs.id.desc())).scalar()
    return (0, 0) if first is None or last is None else (first - 1, last)


def _last_before(
    connection: Connection, deployment_id: str, moment: str, between: tuple[int, int]
) -> int:
    """A place with no entry from ``moment`` on before it, but for late ones. Entries are written
    about as they come: a dozen looks are enough, however many there are."""
    low, high = between
    while low < high:
        middle = (low + high + 1) // 2
        found = connection.execute(
            select(logs.id, logs.timestamp)
            .where(logs.deployment_id == deployment_id, logs.id >= middle, logs.id <= high)
            .order_by(logs.id)
            .limit(1)
        ).first()
        if found is None or found.timestamp >= moment:
            high = middle - 1
        else:
            low = found.id
    return low


def _shifted(moment: str, by: timedelta) -> str:
    try:
        return timestamp(datetime.fromisoformat(moment) + by)
    except OverflowError:
        return moment


def _less(at: int | None, highest: int) -> int:
    return highest if at is None else min(at - 1, highest)


def _token(position: int) -> str:
    return urlsafe_b64encode(f"1.{position}".encode()).decode()


def _position(token: str) -> int:
    try:
        version, _, position = (
            urlsafe_b64decode(token.encode("ascii")).decode("ascii").partition(".")
        )
        if version != "1" or not position.isdecimal() or len(position) > 18:
            raise DeploymentLogInvalidPageTokenError(token)
        return int(position)
    except (binascii.Error, UnicodeError):
        raise DeploymentLogInvalidPageTokenError(token) from None


def _placed(row: Row[Any]) -> _Placed:
    entry = DeploymentLog(
        type=LogType(row.type),
        deployment_id=row.deployment_id,
        application_name=row.application_name,
        severity=Severity(row.severity),
        timestamp=row.timestamp,
        details=msgspec.Raw(row.details.encode()),
    )
    return _Placed(row.id, entry)
