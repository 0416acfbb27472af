"""Reaching into the network namespace of a sandbox."""

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connectory.sandbox.model import SandboxUnavailable

NS_GET_USERNS = 0xB701
BARE: dict[str, str] = {}
ENTER = Path(__file__).with_name("enter_network.py")
PATIENCE = 60.0
MOST_DESCRIPTORS = 250
ADDRESSES = "fib_trie"


@dataclass(frozen=True)
class Inside:
    """Descriptors of a network namespace and of the user namespace that owns it."""

    user: int
    network: int


@contextmanager
def opened(pid: int) -> Iterator[Inside]:
    """The network namespace of `pid`; its owner is asked of the kernel, because bubblewrap itself
    moves on to a second user namespace that has no say over the network."""
    network = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        user = fcntl.ioctl(network, NS_GET_USERNS)
        try:
            yield Inside(user, network)
        finally:
            os.close(user)
    finally:
        os.close(network)


def settled(pid: int) -> bool:
    """Whether the loopback of the network of `pid` is up. bubblewrap brings it up after it has
    told its first process's id, and fails when somebody else did: pasta would. Nothing can listen
    there before."""
    try:
        return "127.0.0.1" in Path(f"/proc/{pid}/net/{ADDRESSES}").read_text()
    except OSError:
        return not Path(f"/proc/self/net/{ADDRESSES}").exists()


def fence(
    inside: Inside, closed: Iterable[str], places: Iterable[tuple[str, int]]
) -> list[socket.socket]:
    """Make networks unreachable from inside, whatever else gets routed there; and sockets of ours
    that listen at addresses inside, in the order of `places`. Nothing of ours runs there."""
    closing = (f"close={network}" for network in closed)
    listening = (f"listen={address}:{port}" for address, port in places)
    return [socket.socket(fileno=one) for one in _enter(inside, "fence", *closing, *listening)]


def reach(inside: Inside) -> socket.socket:
    """A socket of ours that connects to what listens inside: it belongs to the network it was made
    in for all its life."""
    (descriptor,) = _enter(inside, "reach")
    return socket.socket(fileno=descriptor)


def _enter(inside: Inside, *what: str) -> list[int]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(PATIENCE)
        child = subprocess.Popen(
            (sys.executable, "-I", "-S", str(ENTER), *what),
            stdin=inside.user,
            stdout=inside.network,
            stderr=theirs.fileno(),
            env=BARE,
        )
        theirs.close()
        try:
            said, descriptors, _, _ = socket.recv_fds(ours, 4096, MOST_DESCRIPTORS)
            while said != b"x" and (more := ours.recv(4096)):
                said += more
        finally:
            child.kill()
            child.wait()
    if said != b"x":
        reason = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise SandboxUnavailable(f"cannot enter the network: {reason}")
    return list(descriptors)
