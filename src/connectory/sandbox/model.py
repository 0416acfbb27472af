"""What a sandboxed program is given, and what is known once it has ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

Cause = Literal["exit", "signal", "timeout", "memory", "disk", "cancelled"]
Isolation = Literal["bubblewrap", "none"]
StreamLine = Callable[[str, str], None]

NPM_REGISTRIES = ("registry.npmjs.org", "registry.yarnpkg.com")


class SandboxUnavailable(Exception):  # noqa: N818 - a state of this machine
    """The isolation asked for cannot be had on this machine; never a connector's fault."""


class Network(StrEnum):
    """NONE: only `lo`. REGISTRY: the allowed hosts, through a proxy. OPEN: outbound, no host
    loopback."""

    NONE = "none"
    REGISTRY = "registry"
    OPEN = "open"


@dataclass(frozen=True)
class Mount:
    """One host path made visible inside; a writable one is handed to the sandbox's user."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Limits:
    """Bytes for memory, file_size and disk (all writable mounts together); None is no limit."""

    memory: int = 1 << 30
    cpus: float = 1.0
    processes: int = 256
    file_size: int = 1 << 30
    seconds: float | None = 600.0
    disk: int | None = 2 << 30


@dataclass(frozen=True)
class Command:
    """A program with everything it can see; ValueError for what no program could be given.

    `port` is what a long-running program listens on inside. `environment` may hold secrets: it
    never appears in an argument list and `repr` leaves it out.
    """

    argv: tuple[str, ...]
    cwd: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    mounts: tuple[Mount, ...] = ()
    network: Network = Network.NONE
    limits: Limits = field(default_factory=Limits)
    port: int | None = None

    def __post_init__(self) -> None:
        """Options of the sandbox travel separated by NUL: a stranger's value must not have one."""
        targets = (mount.target for mount in self.mounts)
        if any("\0" in text for text in (*self.argv, self.cwd, *targets)):
            raise ValueError("a NUL character cannot be part of a command")
        for name, value in self.environment.items():
            if not name or "=" in name or "\0" in name or "\0" in value:
                raise ValueError(f"{name!r} cannot be an environment variable")


@dataclass(frozen=True)
class Finished:
    """How a program ended: `code` as a shell counts (128 + signal), `tail` the last 16 KiB of its
    merged output without control characters, `peak_memory` in bytes where the system counts it,
    `refused_hosts` what it tried to reach and was not allowed to."""

    code: int
    cause: Cause
    tail: str
    seconds: float
    peak_memory: int | None = None
    refused_hosts: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.cause == "exit" and self.code == 0


@dataclass(frozen=True)
class SandboxSettings:
    """Chosen by the operator; `directory` holds the sandbox's own run files, nothing precious.

    A host named in `private_hosts` may resolve to a loopback or private address (a registry of
    the operator's own); any other allowed host may not. `npm_registry` may be anywhere: the
    platform itself asks it, on behalf of programs. Up to `tarballs_size` bytes of what it
    published are kept in `tarballs`, by default below `directory`.
    """

    directory: Path
    isolation: Literal["auto", "bubblewrap", "none"] = "auto"
    registry_hosts: tuple[str, ...] = NPM_REGISTRIES
    private_hosts: tuple[str, ...] = ()
    ca_file: Path | None = None
    user: int = 61000
    npm_registry: str = "https://registry.npmjs.org"
    tarballs: Path | None = None
    tarballs_size: int = 5 << 30

    @property
    def tarball_directory(self) -> Path:
        return self.tarballs or self.directory / "tarballs"
