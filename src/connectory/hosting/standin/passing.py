"""What is passed on between a program and its stand-in: decisions, no network in sight."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import msgspec

from connectory.auth.model import StandIn

# RFC 9110, 7.6.1, and what belongs to one connection besides.
HOP_BY_HOP = frozenset(
    (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    )
)


def target(stand_in: StandIn, host: str, path: str) -> str:
    """Where a request for ``host`` and ``path``, its query included, goes."""
    auth = host.lower().startswith("auth.") and stand_in.auth_url
    base = auth or stand_in.api_url
    return base.rstrip("/") + (path if path.startswith("/") else f"/{path}")


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def upwards(headers: Iterable[tuple[str, str]], host: str) -> list[tuple[str, str]]:
    """A program's headers as the stand-in gets them: with a Host of its own."""
    kept = [one for one in end_to_end(headers) if one[0].lower() != "host"]
    return [*kept, ("X-Forwarded-Host", host), ("X-Forwarded-Proto", "https")]


def end_to_end(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without those that belong to a connection, by their nature or by what ``Connection`` says."""
    given = list(headers)
    named = {
        word.strip().lower()
        for name, value in given
        if name.lower() == "connection"
        for word in value.split(",")
    }
    return [one for one in given if one[0].lower() not in HOP_BY_HOP | named]


def refusal(url: str, cause: str) -> bytes:
    """As the commerce API words errors; says whose fault it is."""
    message = f"The stand-in for the commerce API at {origin(url)} {cause}."
    error: Mapping[str, object] = {"code": "BadGateway", "message": message}
    return msgspec.json.encode({"statusCode": 502, "message": message, "errors": [error]})
