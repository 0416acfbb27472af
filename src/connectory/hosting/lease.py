"""Who calls an instance, counted: it may go once nobody does."""

import asyncio
import time

from connectory.hosting.backends import Door


class Lease:
    """The right to call an instance through ``door``, until ``end``. Home loop only."""

    __slots__ = ("_ended", "_reach", "door")

    def __init__(self, reach: "Reach") -> None:
        self.door = reach.door
        self._reach = reach
        self._ended = False

    @property
    def recalled(self) -> asyncio.Event:
        """Set when the instance goes now: what has no end of its own should end."""
        return self._reach.recalled

    def end(self) -> None:
        """To be called always; twice is once."""
        if not self._ended:
            self._ended = True
            self._reach.give_back()


class Reach:
    """One life of an instance, as those who call it know it."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.held = 0
        """Leases that have not ended."""
        self.used = time.monotonic()
        """When the last lease ended, or its life began."""
        self.recalled = asyncio.Event()
        self._waiting: list[asyncio.Event] = []

    def lease(self) -> Lease:
        self.held += 1
        return Lease(self)

    def give_back(self) -> None:
        self.held -= 1
        self.used = time.monotonic()
        if not self.held:
            for waiting in self._waiting:
                waiting.set()

    async def free(self) -> None:
        """Returns once nobody holds a lease."""
        while self.held:
            waiting = asyncio.Event()
            self._waiting.append(waiting)
            try:
                await waiting.wait()
            finally:
                self._waiting.remove(waiting)
