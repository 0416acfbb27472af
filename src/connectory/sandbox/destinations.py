"""Where a program may go: decisions about names and addresses, no network in sight."""

import ipaddress
from dataclasses import dataclass

from connectory.sandbox.model import NPM_REGISTRIES, SandboxSettings

HTTPS = 443

# Not `is_global`: documentation ranges are fine targets, a machine's own networks are not.
PRIVATE = tuple(
    ipaddress.ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        # an IPv4 address can hide in the last two and in 2002 and 2001:0
        *("::/127", "100::/64", "2001::/23", "fc00::/7", "fe80::/10", "ff00::/8"),
        *("2002::/16", "64:ff9b::/96", "64:ff9b:1::/48"),
    )
)


class Refused(Exception):  # noqa: N818 - an answer
    """The program asked for a place it may not reach."""


@dataclass(frozen=True)
class Target:
    host: str
    port: int

    def __str__(self) -> str:
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Allowed:
    """`hosts` are names or name:port; `private` those that may live on private addresses."""

    hosts: tuple[str, ...] = NPM_REGISTRIES
    private: tuple[str, ...] = ()

    @classmethod
    def by(cls, settings: SandboxSettings) -> "Allowed":
        return cls(settings.registry_hosts, settings.private_hosts)

    def name(self, target: Target) -> bool:
        return str(target) in self.hosts

    def address(self, target: Target, address: str) -> bool:
        return str(target) in self.private or not private(address)


def private(address: str) -> bool:
    """Whether an address belongs to this machine or a network of its own."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return any((mapped or ip) in block for block in PRIVATE)


def requested(head: bytes) -> Target:
    """What the first line of a request wants to reach; Refused names anything but CONNECT too."""
    method, _, rest = head.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
    where = rest.split(" ", 1)[0]
    if method != "CONNECT":
        raise Refused(_shown(where))
    host, _, port = where.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise Refused(_shown(where))
    return Target(_shown(host.strip("[]").rstrip(".").lower()), int(port))


def _shown(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and c.isascii())[:200]
