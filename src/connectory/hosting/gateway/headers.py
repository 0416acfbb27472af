"""Which header fields pass the gateway, and which are its own. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from multidict import CIMultiDict

from connectory.auth.sessions import COOKIE

Field = tuple[bytes, bytes]

HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization",
     b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)  # fmt: skip
OURS = frozenset(
    (b"forwarded", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host",
     b"x-forwarded-port", b"x-real-ip")
)  # fmt: skip
"""What a client must not say about itself: sent ones are replaced."""
USUAL = (b"keep-alive", b"close")
HANDSHAKE = frozenset(
    (b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-extensions",
     b"sec-websocket-protocol", b"sec-websocket-accept")
)  # fmt: skip
UNSENT = HOP_BY_HOP | OURS | HANDSHAKE | {b"expect"}


def upstream(scope: Mapping[str, Any], scheme: str) -> CIMultiDict[str]:
    """The client's fields for the application, in order, duplicates kept, Host as it was."""
    fields: list[Field] = scope["headers"]
    dropped = _with_named(UNSENT, fields)
    passed: CIMultiDict[str] = CIMultiDict(
        (_text(name), _text(value))
        for name, value in _without_session(fields)
        if name not in dropped
    )
    client = scope.get("client")
    if client:
        passed["X-Forwarded-For"] = client[0]
    passed["X-Forwarded-Proto"] = scheme
    if "Host" in passed:
        passed["X-Forwarded-Host"] = passed["Host"]
    return passed


def downstream(fields: Iterable[Field]) -> list[Field]:
    """The application's fields for the client, in order, duplicates kept."""
    lower = [(name.lower(), value) for name, value in fields]
    dropped = _with_named(HOP_BY_HOP, lower)
    return [
        (name, value)
        for name, value in lower
        if name not in dropped and not (name == b"set-cookie" and _is_session(value))
    ]


def has_body(fields: Iterable[Field]) -> bool:
    """Whether the request announces a body."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0")
        for name, value in fields
    )


def first(fields: Iterable[Field], wanted: bytes) -> str | None:
    return next((_text(value) for name, value in fields if name == wanted), None)


def _without_session(fields: Iterable[Field]) -> Iterator[Field]:
    """Cookies know no ports: a browser sends the console's to every application on this host. None
    of them gets it, and none can set it."""
    for name, value in fields:
        if name != b"cookie":
            yield name, value
        elif kept := [one for one in value.split(b";") if not _is_session(one)]:
            yield name, b";".join(kept).strip()


def _is_session(cookie: bytes) -> bool:
    return cookie.partition(b"=")[0].strip() == COOKIE.encode()


def _with_named(dropped: frozenset[bytes], fields: Iterable[Field]) -> frozenset[bytes]:
    """As well those that the connection header says are for the next hop only: seldom any."""
    for name, value in fields:
        if name == b"connection" and value.lower() not in USUAL:
            dropped |= frozenset(_tokens([value]))
    return dropped


def _tokens(values: Iterable[bytes]) -> Iterator[bytes]:
    for value in values:
        yield from (token.strip().lower() for token in value.split(b","))


def _text(raw: bytes) -> str:
    """aiohttp writes UTF-8: bytes that are UTF-8 pass unchanged, others as Latin-1 characters."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
