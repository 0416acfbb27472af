"""Which TCP ports a program listens on, as its own network sees them (Linux)."""

from dataclasses import dataclass
from pathlib import Path

LISTEN = "0A"
TABLES = ("tcp", "tcp6")
HOST = Path("/proc/self/ns/net")
LOOPBACK = ("7F000001", "00000000000000000000000000000001", "0000000000000000FFFF00007F000001")
"""127.0.0.1, ::1 and ::ffff:127.0.0.1 as the kernel's numbers."""


@dataclass(frozen=True)
class Listener:
    """``loopback``: nobody outside of its own network can reach it."""

    port: int
    loopback: bool


def own_network(pid: int) -> bool:
    """Whether the process has a network other than this machine's."""
    try:
        return Path(f"/proc/{pid}/ns/net").readlink() != HOST.readlink()
    except OSError:
        return False


def listeners(pid: int) -> frozenset[Listener]:
    """Everything that listens in the network of ``pid``; nothing when it is gone."""
    found = set[Listener]()
    for table in TABLES:
        try:
            found |= rows(Path(f"/proc/{pid}/net/{table}").read_text())
        except OSError:
            continue
    return frozenset(found)


def rows(table: str) -> set[Listener]:
    """The listening rows of ``/proc/net/tcp`` or ``tcp6``."""
    split = (line.split() for line in table.splitlines()[1:])
    places = [row[1].partition(":") for row in split if len(row) > 3 and row[3] == LISTEN]
    return {Listener(int(port, 16), _number(address) in LOOPBACK) for address, _, port in places}


def _number(address: str) -> str:
    """Each group of four bytes is written in the machine's order: turned around here (the
    machines we run on are little-endian)."""
    groups = [address[at : at + 8] for at in range(0, len(address), 8)]
    return "".join(bytes.fromhex(group)[::-1].hex().upper() for group in groups)
