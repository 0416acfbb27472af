"""Ask a program that was started for a trial, inside its own network."""

import asyncio
import re
import socket
from contextlib import closing
from urllib.parse import quote

from connectory.publishing.tools.starts import PORT
from connectory.sandbox import SandboxUnavailable, namespaces

PATIENCE = 10.0
"""Seconds for an answer."""
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([ -~]{0,60}))?\r?\n")
LONGEST_LINE = 256
SAFE = "/-._~!$&'()*+,;=:@%"
"""What may stand in a path as it is."""


async def ask(inside: int, path: str) -> str:
    """What ``GET path`` is answered with by the program with the process id ``inside``, such as
    ``200 OK``; "" when nothing is answered in time, or not in HTTP."""
    try:
        with closing(await _reached(inside)) as way:
            async with asyncio.timeout(PATIENCE):
                return await _asked(way, path)
    except (OSError, SandboxUnavailable):  # a timeout is one too
        return ""


async def _reached(inside: int) -> socket.socket:
    """Into its network; who gives up meanwhile leaves no socket open."""
    reaching = asyncio.ensure_future(asyncio.to_thread(_reach, inside))
    try:
        return await asyncio.shield(reaching)
    except asyncio.CancelledError:
        (await reaching).close()
        raise


def _reach(inside: int) -> socket.socket:
    with namespaces.opened(inside) as network:
        way = namespaces.reach(network)
    way.setblocking(False)
    return way


async def _asked(way: socket.socket, path: str) -> str:
    """The first line says it all; whatever else comes is left unread."""
    loop = asyncio.get_running_loop()
    await loop.sock_connect(way, ("127.0.0.1", PORT))
    lines = (f"GET {quote(path, safe=SAFE)} HTTP/1.1", f"Host: localhost:{PORT}",
             "Connection: close", "", "")  # fmt: skip
    await loop.sock_sendall(way, "\r\n".join(lines).encode())
    said = b""
    while b"\n" not in said and len(said) < LONGEST_LINE:
        if not (more := await loop.sock_recv(way, LONGEST_LINE)):
            break
        said += more
    found = STATUS.match(said)
    return f"{found[1].decode()} {(found[2] or b'').decode()}".strip() if found else ""
