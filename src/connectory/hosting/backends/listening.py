"""Which TCP ports a process listens on, as its own network sees them (Linux).

A connection tells nothing here: pasta accepts it first and asks the application afterwards.
"""

from pathlib import Path

LISTEN = "0A"
TABLES = ("tcp", "tcp6")
HOST = Path("/proc/self/ns/net")


def own_network(pid: int) -> bool:
    """Whether the process has a network other than this machine's."""
    try:
        return Path(f"/proc/{pid}/ns/net").readlink() != HOST.readlink()
    except OSError:
        return False


def ports(pid: int) -> frozenset[int]:
    """Every port something listens on in the network of ``pid``; none when it is gone."""
    found = set[int]()
    for table in TABLES:
        try:
            found |= listeners(Path(f"/proc/{pid}/net/{table}").read_text())
        except OSError:
            continue
    return frozenset(found)


def listeners(table: str) -> set[int]:
    """The ports of the listening rows of ``/proc/net/tcp`` or ``tcp6``."""
    rows = (line.split() for line in table.splitlines()[1:])
    return {int(row[1].rpartition(":")[2], 16) for row in rows if len(row) > 3 and row[3] == LISTEN}
