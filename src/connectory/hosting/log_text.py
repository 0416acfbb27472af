"""Log entries as a person reads them. Pure."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from connectory.findings.odd import visible
from connectory.hosting.lines import LogType
from connectory.wire import encode

Entry = Mapping[str, Any]
"""As the API's JSON has it, decoded."""

WORDS: Final = ("message", "msg")


def plain(entry: Entry) -> str:
    """One entry with its line end; what goes on in further lines is set in. Nothing in it moves a
    terminal's cursor or hides."""
    head = f"{entry['timestamp']} {entry['severity']} {entry['applicationName']}"
    details = entry["details"]
    text = said(entry)[0] if entry["type"] != LogType.APPLICATION_JSON else _json(details)
    return f"{head} {visible(text)}".replace("\n", "\n    ") + "\n"


def said(entry: Entry) -> tuple[str, str]:
    """Its text, and the whole of it where there is more."""
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
