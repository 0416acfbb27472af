"""What somebody looks for in a log, and the dates they say."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, or_

from connectory.deployments.errors import DeploymentLogInvalidDateError
from connectory.hosting.lines import LogType, Severity
from connectory.hosting.logs import deployment_logs
from connectory.wire import encode, now, timestamp

LONGEST_TEXT = 200
"""Characters that are looked for."""
WINDOW = timedelta(days=30)
"""How far back a search may begin (types.json: at most 30 days back)."""
TOLERANCE = timedelta(hours=1)
"""A client that computes "30 days ago" itself may have another clock."""
SEVERITIES = tuple(Severity)

logs = deployment_logs.c


class Wanted(NamedTuple):
    """What of a log. ``severity`` is the least; ``text`` is looked for in the details as they are
    written, whatever its case; both ends come from ``window``."""

    application: str | None = None
    severity: Severity | None = None
    type: LogType | None = None
    text: str = ""
    start: str | None = None
    end: str | None = None


def conditions(deployment_id: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    where = [logs.deployment_id == deployment_id]
    if wanted.application is not None:
        where.append(logs.application_name == wanted.application)
    if wanted.severity is not None:
        where.append(logs.severity.in_(SEVERITIES[SEVERITIES.index(wanted.severity) :]))
    if wanted.type is not None:
        where.append(logs.type == wanted.type)
    if wanted.start is not None:
        where.append(logs.timestamp >= wanted.start)
    if wanted.end is not None:
        where.append(logs.timestamp <= wanted.end)
    if wanted.text:
        where.append(_says(wanted.text))
    return where


def _says(text: str) -> ColumnElement[bool]:
    """A text is found as it is, or as it stands inside of a JSON string. SQLite knows the case of
    ASCII letters only: others are made small ones on both sides."""
    # of plain text, the text alone: it is always {"message":"..."}
    is_text = logs.type == LogType.APPLICATION_TEXT
    known: ColumnElement[str] = case(
        (is_text, func.substr(logs.details, len('{"message":') + 1)), else_=logs.details
    )
    for letter in {one for one in text if not one.isascii() and len(one.upper()) == 1}:
        known = func.replace(known, letter.upper(), letter.lower())
    forms = dict.fromkeys((text.lower(), encode(text.lower()).decode()[1:-1]))
    return or_(*(known.icontains(one, autoescape=True) for one in forms))


def window(
    start: str | None, end: str | None, moment: datetime | None = None
) -> tuple[str | None, str | None]:
    """Both ends of a search as the table writes them.

    Raises ``DeploymentLogInvalidDateError`` for text that is no date, a beginning more than 30 days
    back, or an end before the beginning.
    """
    first, last = parse_date(start), parse_date(end)
    earliest = (moment or now()) - WINDOW - TOLERANCE
    if first is not None and first < earliest:
        raise DeploymentLogInvalidDateError
    if first is not None and last is not None and last < first:
        raise DeploymentLogInvalidDateError
    return (
        timestamp(first) if first is not None else None,
        timestamp(last) if last is not None else None,
    )


def parse_date(text: str | None) -> datetime | None:
    """ISO 8601 with a zone, or without one for UTC (facts 10: clients send both forms)."""
    if not text:
        return None
    try:
        # a query string turns the plus sign of an unescaped zone into a space
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise DeploymentLogInvalidDateError from None
