"""What the supervisor asks of whatever runs applications."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from connectory.hosting.placement import Placement

Say = Callable[[str, str], None]
"""Called with ``stdout`` or ``stderr`` and each line an application writes."""


@dataclass(frozen=True)
class Ended:
    """How an instance ended: ``how`` completes the sentence "The application ..."; ``tail`` is the
    end of its output; ``fix`` says what can be done where the end itself tells."""

    how: str
    tail: str
    fix: str = ""


class Door:
    """How an instance is reached: by connecting to ``address``, with a socket from
    ``open_socket`` when that address is one of another network. Each is one of a kind."""

    __slots__ = ("_closed", "_then", "address", "open_socket")

    def __init__(
        self, address: tuple[str, int], open_socket: Callable[[], socket.socket] | None = None
    ) -> None:
        self.address = address
        self.open_socket = open_socket
        self._closed = False
        self._then: list[Callable[[], None]] = []

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection. Raises ``OSError``."""
        if self.open_socket is None:
            return await asyncio.open_connection(*self.address)
        opened = self.open_socket()
        try:
            opened.setblocking(False)
            await asyncio.get_running_loop().sock_connect(opened, self.address)
            return await asyncio.open_connection(sock=opened)
        except BaseException:
            opened.close()
            raise

    def when_closed(self, call: Callable[[], None]) -> None:
        """``call`` once nothing comes through any more; at once when that is so already."""
        if self._closed:
            call()
        else:
            self._then.append(call)

    def close(self) -> None:
        """Its instance has ended."""
        self._closed = True
        while self._then:
            self._then.pop()()


class Instance(Protocol):
    """One running copy of an application."""

    @property
    def door(self) -> Door:
        """The way to the port it should listen on; the same object for all its life."""

    @property
    def alive(self) -> bool: ...

    async def listening(self) -> bool:
        """Whether its port accepts connections now. Cheap: asked every few milliseconds."""

    async def other_ports(self) -> tuple[int, ...]:
        """Other ports it listens on, where that can be seen."""

    async def ended(self) -> Ended:
        """Waits for its end."""

    async def stop(self, grace: float) -> Ended:
        """Ask it to end and insist after ``grace`` seconds; nothing of it is left afterwards."""


class Backend(Protocol):
    """Runs applications. Called from the supervisor's event loop only."""

    async def prepare(self, placement: Placement) -> None:
        """Everything that can be done before the start: artifact and tools are in place."""

    async def start(self, placement: Placement, say: Say) -> Instance:
        """One instance, begun but not yet ready; ``say`` gets its output.

        Raises ``Rejected`` when it can never be started, anything else when the platform failed.
        """
