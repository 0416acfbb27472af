"""What the supervisor asks of whatever runs applications."""

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
    end of its output."""

    how: str
    tail: str


@dataclass(frozen=True, eq=False)
class Door:
    """How an instance is reached: by connecting to ``address``, with a socket from
    ``open_socket`` when that address is one of another network."""

    address: tuple[str, int]
    open_socket: Callable[[], socket.socket] | None = None


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
