"""The one event loop that sockets and processes belong to, reached from any other."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Home:
    """Workflows run on a loop of their own; what they ask for is done here."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def settle(self) -> None:
        """The calling loop is home."""
        self._loop = asyncio.get_running_loop()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of ``work``, done at home; giving up here cancels it there.

        Raises ``RuntimeError`` before ``settle``.
        """
        if self._loop is None:
            work.close()
            raise RuntimeError("there is no home loop yet: start() has not been called")
        if self._loop is asyncio.get_running_loop():
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))
