"""Log entries as a person reads them, and which of them somebody looks for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import msgspec
from starlette.datastructures import QueryParams

from connectory.findings.odd import visible
from connectory.hosting.lines import LogType, Severity
from connectory.wire import encode

Entry = Mapping[str, Any]
SEVERITIES: Final = tuple(one.value for one in Severity)
TYPES: Final = {
    LogType.HTTP_REQUEST.value: "Requests",
    LogType.APPLICATION_TEXT.value: "Text",
    LogType.APPLICATION_JSON.value: "JSON",
}
LOUD: Final = SEVERITIES.index(Severity.ERROR)
LONGEST: Final = 2_000
"""Characters of a line on a page; the download has all."""
WORDS: Final = ("message", "msg")
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
            query.get("text", "").strip(),
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

    def takes(self, entry: Entry) -> bool:
        """What the API does not filter itself."""
        least = SEVERITIES.index(self.severity) if self.severity else 0
        return (
            SEVERITIES.index(entry["severity"]) >= least
            and self.type in ("", entry["type"])
            and self.text.lower() in encode(entry["details"]).decode().lower()
        )


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
    text, more = _said(entry)
    return Line(
        moment=entry["timestamp"],
        application=entry["applicationName"],
        severity=entry["severity"],
        type=TYPES[entry["type"]],
        text=_short(text),
        more=_short(more),
    )


def plain(entry: Entry) -> str:
    """One line of the download: nothing in it moves a terminal's cursor or hides."""
    head = f"{entry['timestamp']} {entry['severity']} {entry['applicationName']}"
    said = entry["details"]
    text = _said(entry)[0] if entry["type"] != LogType.APPLICATION_JSON else _json(said)
    return f"{head} {visible(text)}".replace("\n", "\n    ") + "\n"


def _said(entry: Entry) -> tuple[str, str]:
    details = entry["details"]
    if not isinstance(details, dict):
        return _json(details), ""
    if entry["type"] == LogType.HTTP_REQUEST:
        return _request(details), ""
    message = next((str(details[one]) for one in WORDS if details.get(one)), "")
    if entry["type"] == LogType.APPLICATION_TEXT:
        return message, ""
    whole = msgspec.json.format(encode(details), indent=2).decode()
    return message or _json(details), whole


def _request(details: Mapping[str, Any]) -> str:
    known = [details.get(one) for one in ("requestMethod", "requestUrl", "status")]
    latency = details.get("latencyMs")
    took = f" in {latency} ms" if latency is not None else ""
    return " ".join(str(one) for one in known if one is not None) + took


def _json(value: Any) -> str:
    return encode(value).decode()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
