"""Which networks an application may not reach: decisions about addresses, and one look at ours.

Everything that is not the public internet is closed (RFC 6890 and what IANA has added since), and
so is what this machine itself is and has for neighbours, public or not. Documentation ranges stay
open: nobody lives there whom the machine would trust.
"""

import ipaddress
import socket
from collections.abc import Iterable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from connectory.sandbox.destinations import PRIVATE

Network4 = ipaddress.IPv4Network
Network6 = ipaddress.IPv6Network
Network = Network4 | Network6

PROC = Path("/proc/net")
GATEWAY, UP = 2, 1
"""Of a route: the words of ``/proc/net/route`` with its gateway; the flag that it is in use."""


class NotANetworkError(ValueError):
    """What should be a network such as 10.1.0.0/16 or an address is none."""


def parsed(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises ``NotANetworkError``."""
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError as problem:
        raise NotANetworkError(str(problem)) from None


def closed(own: Iterable[Network], reachable: Iterable[Network]) -> tuple[Network, ...]:
    """Private networks and the machine's ``own``, without what is ``reachable``."""
    left: list[Network] = [*PRIVATE, *own]
    for opened in reachable:
        left = [part for block in left for part in without(block, opened)]
    four = ipaddress.collapse_addresses(one for one in left if isinstance(one, Network4))
    six = ipaddress.collapse_addresses(one for one in left if isinstance(one, Network6))
    return (*four, *six)


def without(block: Network, opened: Network) -> tuple[Network, ...]:
    """What is left of ``block`` when ``opened`` is taken out of it."""
    if isinstance(block, Network4) and isinstance(opened, Network4):
        if block.subnet_of(opened):
            return ()
        return tuple(block.address_exclude(opened)) if opened.subnet_of(block) else (block,)
    if isinstance(block, Network6) and isinstance(opened, Network6):
        if block.subnet_of(opened):
            return ()
        return tuple(block.address_exclude(opened)) if opened.subnet_of(block) else (block,)
    return (block,)


def own_networks() -> tuple[Network, ...]:
    """This machine's addresses and the networks it is directly on, as they are now (Linux)."""
    return (
        *addresses(_text("fib_trie")),
        *neighbours(_text("route")),
        *networks6(_text("if_inet6")),
    )


def addresses(trie: str) -> frozenset[Network]:
    """The machine's IPv4 addresses, of ``/proc/net/fib_trie``."""
    lines = [line.split() for line in trie.splitlines()]
    return frozenset(
        Network4(leaf[1])
        for leaf, what in pairwise(lines)
        if leaf[:1] == ["|--"] and what == ["/32", "host", "LOCAL"]
    )


def neighbours(table: str) -> frozenset[Network]:
    """The IPv4 networks that are reached without a gateway, of ``/proc/net/route``."""
    found = set[Network]()
    for row in (line.split() for line in table.splitlines()[1:]):
        if len(row) > 7 and int(row[GATEWAY], 16) == 0 and int(row[3], 16) & UP:
            mask = _four(row[7])
            if mask != "0.0.0.0":  # noqa: S104 - a mask: of a line that leads everywhere
                found.add(Network4((_four(row[1]), mask)))
    return frozenset(found)


def networks6(table: str) -> frozenset[Network]:
    """The IPv6 networks of the machine's own addresses, of ``/proc/net/if_inet6``."""
    found = set[Network]()
    for row in (line.split() for line in table.splitlines()):
        with suppress(ValueError, IndexError):
            address, length = bytes.fromhex(row[0]), int(row[2], 16)
            found.add(Network6((address, length), strict=False))
    return frozenset(found)


def _four(number: str) -> str:
    """The kernel writes an address as one number of the machine's order (little-endian here)."""
    return socket.inet_ntoa(bytes.fromhex(number)[::-1])


def _text(name: str) -> str:
    try:
        return (PROC / name).read_text()
    except OSError:
        return ""
