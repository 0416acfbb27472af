"""Run as a program of its own: does one thing inside the network of a sandbox.

Descriptors 0 and 1 are the user and the network namespace, 2 is the socket to answer on. Only a
process with a single thread may join a user namespace, so this cannot happen in the platform.
`reach` hands back a socket that connects inside, whoever uses it. `fence` does what each word says,
in this order: `close=CIDR` makes a network unreachable, `listen=ADDRESS:PORT` hands back a
listening socket.
"""

import ctypes
import errno
import ipaddress
import socket
import struct
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
NEW_ROUTE = 24
REQUEST_CREATE_ACKNOWLEDGE = 0x1 | 0x400 | 0x4
MAIN_TABLE, STATIC, UNIVERSE, UNREACHABLE, DESTINATION, PRIORITY = 254, 4, 0, 7, 1, 6


def main(what: str, values: list[str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for descriptor, kind in ((0, CLONE_NEWUSER), (1, CLONE_NEWNET)):
        if libc.setns(descriptor, kind) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    # Not closed here: what is printed on descriptor 2 tells the platform why this failed.
    answer = socket.socket(fileno=2)
    if what == "reach":
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as made:
            socket.send_fds(answer, [b"x"], [made.fileno()])
    else:
        words = [value.partition("=") for value in values]
        for network in (value for word, _, value in words if word == "close"):
            make_unreachable(network)
        listeners = [listener(value) for word, _, value in words if word == "listen"]
        socket.send_fds(answer, [b"x"], [made.fileno() for made in listeners])
        for made in listeners:
            made.close()
    answer.detach()


def listener(place: str) -> socket.socket:
    address, _, port = place.rpartition(":")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, int(port)), family=family, backlog=128)


def make_unreachable(network: str) -> None:
    block = ipaddress.ip_network(network)
    family = socket.AF_INET if block.version == 4 else socket.AF_INET6
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) as kernel:
        kernel.send(route(family, block.network_address.packed, block.prefixlen))
        error: int = struct.unpack_from("=i", kernel.recv(4096), 16)[0]
    if error not in (0, -errno.EEXIST):
        raise OSError(-error, network)


def route(family: int, address: bytes, prefix: int) -> bytes:
    """The netlink message that adds an unreachable route."""
    head = (family, prefix, 0, 0, MAIN_TABLE, STATIC, UNIVERSE, UNREACHABLE, 0)
    destination = struct.pack("=HH", 4 + len(address), DESTINATION) + address
    first = struct.pack("=HHI", 8, PRIORITY, 1)
    body = struct.pack("=BBBBBBBBI", *head) + destination + first
    size = 16 + len(body)
    return struct.pack("=IHHII", size, NEW_ROUTE, REQUEST_CREATE_ACKNOWLEDGE, 1, 0) + body


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
