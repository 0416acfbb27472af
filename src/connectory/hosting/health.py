"""Whether an application says that it is well (facts 3.3, 14.2 row 26)."""

import asyncio
from dataclasses import dataclass
from urllib.parse import quote

from connectory.hosting.backends import Door
from connectory.specification import HealthCheck

INTERVAL, TIMEOUT, THRESHOLD = 5, 2, 5
"""Seconds, seconds and failures in a row, for who declares a path only."""
WELL = range(200, 400)
"""The statuses of one that is well: a redirect to a login page is an answer too, as for the
startup probe of the service that the platform's model runs applications on."""
SAFE = "/?&=:@!$'()*+,;-._~%"
MOST = 4096
"""Bytes of an answer that are looked at."""
SHOWN = 200
"""Characters of an answer's body that a report shows."""


@dataclass(frozen=True)
class Checks:
    """How an application is asked. ``interval`` and ``timeout`` in seconds."""

    path: str
    interval: float
    timeout: float
    threshold: int


@dataclass(frozen=True)
class Answer:
    """``status`` is 0 without an answer; ``said`` completes "The health check GET /path ..."."""

    status: int
    said: str

    @property
    def well(self) -> bool:
        return self.status in WELL


def checks(declared: HealthCheck | None) -> Checks | None:
    if declared is None:
        return None
    return Checks(
        path=quote("/" + declared.path.lstrip("/"), safe=SAFE),
        interval=declared.interval_seconds or INTERVAL,
        timeout=declared.timeout_seconds or TIMEOUT,
        threshold=declared.unhealthy_threshold or THRESHOLD,
    )


async def ask(door: Door, wanted: Checks) -> Answer:
    """One question; never raises for what the application does."""
    try:
        async with asyncio.timeout(wanted.timeout):
            return understood(await _exchanged(door, wanted.path))
    except TimeoutError:
        return Answer(0, f"was not answered within {wanted.timeout:g} seconds")
    except OSError:
        return Answer(0, "found the connection closed before an answer")


def understood(raw: bytes) -> Answer:
    """The first bytes of an answer. Pure."""
    head, _, body = raw.partition(b"\r\n\r\n")
    protocol, _, rest = head.split(b"\r\n", 1)[0].partition(b" ")
    code = rest[:3]
    if not protocol.startswith(b"HTTP/") or not code.isdigit():
        return Answer(0, "was not answered in HTTP" if raw else "was not answered at all")
    text = " ".join(body.decode(errors="replace").split())[:SHOWN]
    shown = "".join(one if one.isprintable() else "?" for one in text)
    return Answer(int(code), f"was answered with status {int(code)}" + (f": {shown}" * bool(shown)))


async def _exchanged(door: Door, path: str) -> bytes:
    """HTTP/1.0: the answer comes whole, unchunked, and ends with its connection."""
    reader, writer = await door.connect()
    try:
        host = f"Host: localhost:{door.address[1]}"
        fields = (host, "User-Agent: Connectory-Health", "Accept: */*", "Connection: close")
        writer.write("\r\n".join((f"GET {path} HTTP/1.0", *fields, "", "")).encode())
        return await _beginning(reader)
    finally:
        writer.close()


async def _beginning(reader: asyncio.StreamReader) -> bytes:
    raw = b""
    while len(raw) < MOST and (more := await reader.read(MOST - len(raw))):
        raw += more
    return raw
