"""Starting many applications a few at a time, without one that hangs keeping the others away."""

import asyncio
from types import TracebackType

LONGEST = 3.0
"""Seconds after which the next one has its turn, however far this one has come."""


class Turn:
    """Entered while one application starts; may be entered again and again, by one at a time."""

    def __init__(self, places: asyncio.Semaphore, longest: float = LONGEST) -> None:
        self._places = places
        self._longest = longest
        self._over: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        await self._places.acquire()
        self._over = asyncio.get_running_loop().call_later(self._longest, self._end)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._over is not None:
            self._over.cancel()
            self._over = None
            self._places.release()
