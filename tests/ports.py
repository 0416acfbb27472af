"""Ports for platforms under test, that nobody else takes while these are killed and come back.

They lie below the ports that the kernel gives to whoever connects, and below those that platforms
give to applications by default. A block is held by a datagram socket on its first number, which
tests in other processes see and which ends with the process that holds it.
"""

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager

BLOCKS = range(10_000, 19_950, 50)


@contextmanager
def ports(count: int = 50) -> Iterator[range]:
    """Numbers of the test's own while the block lasts."""
    for first in random.SystemRandom().sample(BLOCKS, len(BLOCKS)):
        block = range(first, first + count)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
            try:
                held.bind(("127.0.0.1", first))
            except OSError:
                continue
            if all(map(_free, block)):
                yield block
                return
    raise AssertionError("every block of ports is taken")


def written(block: range) -> str:
    """As the setting ``application_ports`` takes it."""
    return f"{block[0]}-{block[-1]}"


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that refuses every connection: it is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield int(taken.getsockname()[1])
