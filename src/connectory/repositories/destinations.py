"""A repository URL must not be a way into this machine.

Addresses of the local network are allowed, for that is where many Git servers stand; the machine's
own and the cloud's metadata addresses are not. A mirror the operator configured may lead anywhere.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from connectory.repositories.address import Place
from connectory.repositories.revision import RepositoryRefused

OWN = tuple(
    ipaddress.ip_network(block)
    for block in (
        *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/127", "fe80::/10", "fd00:ec2::/32", "ff00::/8"),
    )
)


def check_destination(place: Place) -> None:
    """Raises RepositoryRefused when the host is this machine. An unknown host is Git's to report.

    The name is resolved again by Git: this stops what is written in a URL, not a hostile resolver.
    """
    if place.is_local:
        return
    for address in _addresses(host_of(place)):
        if is_own(address):
            raise RepositoryRefused("The repository URL leads to the platform's own machine.")


def host_of(place: Place) -> str:
    """The host of an https or ssh address, in either of its spellings."""
    if "://" in place.address:
        return urlsplit(place.address).hostname or ""
    return place.address.partition(":")[0].rpartition("@")[2]


def is_own(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return any((mapped or ip) in block for block in OWN)


def _addresses(host: str) -> set[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return set()
    return {str(one[4][0]) for one in found}
