"""Log entries as a person reads them, and which of them somebody looks for. Pure."""

from dataclasses import dataclass
from typing import Final, Self

from starlette.datastructures import QueryParams

from connectory.hosting.lines import LogType, Severity
from connectory.hosting.log_text import Entry, said
from connectory.hosting.log_wanted import LONGEST_TEXT

SEVERITIES: Final = tuple(one.value for one in Severity)
TYPES: Final = {
    LogType.HTTP_REQUEST.value: "Requests",
    LogType.APPLICATION_TEXT.value: "Text",
    LogType.APPLICATION_JSON.value: "JSON",
}
LOUD: Final = SEVERITIES.index(Severity.ERROR)
LONGEST: Final = 2_000
"""Characters of a line on a page; the download has all."""
DATE: Final = 32
"""A date is not longer than this."""


@dataclass(frozen=True)
class Wanted:
    """What of a log. ``severity`` is the least; dates are in UTC, as the API takes them."""

    application: str = ""
    severity: str = ""
    type: str = ""
    text: str = ""
    start: str = ""
    end: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Self:
        severity, type_ = query.get("severity", ""), query.get("type", "")
        return cls(
            query.get("applicationName", ""),
            severity if severity in SEVERITIES else "",
            type_ if type_ in TYPES else "",
            query.get("text", "").strip()[:LONGEST_TEXT],
            query.get("startDate", "")[:DATE],
            query.get("endDate", "")[:DATE],
        )

    @property
    def query(self) -> dict[str, str]:
        """How the pages' addresses carry it."""
        return {
            "applicationName": self.application,
            "severity": self.severity,
            "type": self.type,
            "text": self.text,
            "startDate": self.start,
            "endDate": self.end,
        }

    @property
    def narrow(self) -> bool:
        return any(self.query.values())


@dataclass(frozen=True)
class Line:
    """``more`` is the whole entry when it has more than its text."""

    moment: str
    application: str
    severity: str
    type: str
    text: str
    more: str

    @property
    def tone(self) -> str:
        rank = SEVERITIES.index(self.severity)
        if rank >= LOUD:
            return "error"
        return "warning" if self.severity == Severity.WARNING else ""


def line(entry: Entry) -> Line:
    text, more = said(entry)
    return Line(
        moment=entry["timestamp"],
        application=entry["applicationName"],
        severity=entry["severity"],
        type=TYPES[entry["type"]],
        text=_short(text),
        more=_short(more),
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
