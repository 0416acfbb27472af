"""How repositories may be reached, and how much of one is taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

MIB = 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class GitSettings:
    """Where Git sources may come from, and their limits.

    `mirrors` maps a URL prefix to another place, as Git's own `insteadOf` does (the longest
    prefix wins): a folder of bare repositories, an https or ssh address, or plain http on the
    loopback interface. `timeout` is in seconds per fetch, `max_bytes` bounds what one fetch may
    store and what one tree may take, `max_files` what one tree may hold. `run_as` is the user
    and group Git runs as when we are root; they must be able to reach the directory.
    Raises ValueError for a mirror that is none of these, or carries credentials.
    """

    mirrors: Mapping[str, str] = field(default_factory=dict)
    allow_local: bool = False
    ssh_key: Path | None = None
    known_hosts: Path | None = None
    timeout: float = 60
    max_bytes: int = 512 * MIB
    max_files: int = 50_000
    run_as: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for prefix, place in self.mirrors.items():
            if not prefix or not is_mirror(place):
                raise ValueError(
                    f"The mirror of {prefix!r} must be an absolute folder, an https or ssh "
                    "address without credentials, or http on the loopback interface."
                )


def is_mirror(place: str) -> bool:
    """Whether a mirror may lie there. Credentials would show in the list of processes."""
    if place.startswith("/"):
        return True
    parts = urlsplit(place)
    if parts.scheme == "ssh":
        return bool(parts.hostname) and parts.password is None
    if "@" in parts.netloc or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
