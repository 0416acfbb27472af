"""What a sandboxed program is given, and what is known once it has ended."""

import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal

Cause = Literal["exit", "signal", "timeout", "memory", "disk", "cancelled"]
Isolation = Literal["bubblewrap", "none"]
StreamLine = Callable[[str, str], None]
Close = Callable[[], Awaitable[None]]
Serve = Callable[[socket.socket], Awaitable[Close]]
"""Begins to answer on a listening socket, and returns what ends that. Called from any loop."""

HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")

NPM_REGISTRIES = ("registry.npmjs.org", "registry.yarnpkg.com")


class SandboxUnavailable(Exception):  # noqa: N818 - a state of this machine
    """The isolation asked for cannot be had on this machine; never a connector's fault."""


class Network(StrEnum):
    """NONE: only `lo`. REGISTRY: the allowed hosts, through a proxy. OPEN: the internet, without
    this machine, its neighbours and private networks."""

    NONE = "none"
    REGISTRY = "registry"
    OPEN = "open"


@dataclass(frozen=True)
class Mount:
    """One host path made visible inside; a writable one is handed to the sandbox's user.

    With `changes`, a folder, `source` looks writable and stays as it is: all that is written goes
    to that folder. Only where `Sandbox.overlays()` says so, and only over what root owns.
    """

    source: Path
    target: str
    writable: bool = False
    changes: Path | None = None

    @property
    def written(self) -> Path | None:
        """Where what the program writes here ends up; None when it may not."""
        return self.changes or (self.source if self.writable else None)


@dataclass(frozen=True)
class Outlet:
    """An address inside a sandbox at which the platform answers; `names` lead to it there.

    `address` is one of the loopback's, or 0.0.0.0: every address that the sandbox has. Several
    outlets may have one port at different addresses.
    """

    address: str
    port: int
    serve: Serve = field(repr=False, compare=False)
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """ValueError for what would be written into the sandbox's files as something else."""
        ip = ipaddress.ip_address(self.address)
        if not ip.is_loopback and not ip.is_unspecified:
            raise ValueError(f"{self.address} is not an address of a sandbox's own")
        for name in self.names:
            if not HOST_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is not the name of a host")


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
    never appears in an argument list and `repr` leaves it out. `registry`: with Network.OPEN,
    the npm registry is where `Sandbox.open_registry` says, whether that network leads to it or not.
    `outlets` are there with Network.OPEN only, and only where `Sandbox.outlets` says so.
    """

    argv: tuple[str, ...]
    cwd: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    mounts: tuple[Mount, ...] = ()
    network: Network = Network.NONE
    limits: Limits = field(default_factory=Limits)
    port: int | None = None
    registry: bool = False
    outlets: tuple[Outlet, ...] = ()

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
    published are kept in `tarballs`, by default below `directory`. `reachable` are networks, such
    as 10.1.0.0/16, that programs with Network.OPEN reach although they are private or this
    machine's own.
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
    reachable: tuple[str, ...] = ()

    @property
    def tarball_directory(self) -> Path:
        return self.tarballs or self.directory / "tarballs"
