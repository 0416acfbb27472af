"""What a line of output means: plain text, or an entry of a logging library. Pure."""

from enum import StrEnum
from typing import Any

import msgspec


class LogType(StrEnum):
    HTTP_REQUEST = "HTTP_REQUEST"
    APPLICATION_TEXT = "APPLICATION_TEXT"
    APPLICATION_JSON = "APPLICATION_JSON"


class Severity(StrEnum):
    """The contract's set, which is Google Cloud Logging's."""

    DEFAULT = "DEFAULT"
    DEBUG = "DEBUG"
    INFO = "INFO"
    NOTICE = "NOTICE"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"
    ALERT = "ALERT"
    EMERGENCY = "EMERGENCY"


FIELDS = ("severity", "level", "lvl", "levelname")
WORDS = {
    **{severity.lower(): severity for severity in Severity},
    "trace": Severity.DEBUG,
    "silly": Severity.DEBUG,
    "verbose": Severity.DEBUG,
    "http": Severity.INFO,
    "information": Severity.INFO,
    "log": Severity.INFO,
    "warn": Severity.WARNING,
    "err": Severity.ERROR,
    "fatal": Severity.CRITICAL,
    "crit": Severity.CRITICAL,
    "panic": Severity.EMERGENCY,
    "emerg": Severity.EMERGENCY,
}
NUMBERS = (
    (60, Severity.CRITICAL),
    (50, Severity.ERROR),
    (40, Severity.WARNING),
    (30, Severity.INFO),
    (10, Severity.DEBUG),
)
"""Pino's and bunyan's levels, highest first."""


class Said(msgspec.Struct, frozen=True):
    """One line, understood. ``details`` is JSON."""

    type: LogType
    severity: Severity
    details: str


def understood(stream: str, line: str) -> Said:
    """A JSON object keeps its fields; anything else is text, an ``ERROR`` when on stderr."""
    otherwise = Severity.ERROR if stream == "stderr" else Severity.DEFAULT
    fields = _object(line)
    if fields is None:
        return text(line, otherwise)
    return Said(LogType.APPLICATION_JSON, _severity(fields) or otherwise, line.strip())


def text(message: str, severity: Severity) -> Said:
    details = msgspec.json.encode({"message": message}).decode()
    return Said(LogType.APPLICATION_TEXT, severity, details)


def _object(line: str) -> dict[str, Any] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _severity(fields: dict[str, Any]) -> Severity | None:
    for name in FIELDS:
        value = fields.get(name)
        if isinstance(value, str) and value.lower() in WORDS:
            return WORDS[value.lower()]
        if isinstance(value, int) and not isinstance(value, bool):
            return next((severity for least, severity in NUMBERS if value >= least), None)
    return None
