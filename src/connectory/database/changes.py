"""Who waits for a change is told after the commit, in whichever thread or loop it waits.

What is written very often (messages) has a subject of its own: only who waits for that is woken.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable


class Changes:
    """A counter of committed transactions that can be waited for.

    Those with a subject are counted by ``of(subject)`` alone.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0
        self._wake: set[Callable[[], None]] = set()
        self._ended = False
        self._subjects: dict[str, Changes] = {}

    def of(self, subject: str) -> "Changes":
        """The changes of one subject, always the same object."""
        with self._condition:
            known = self._subjects.get(subject)
            if known is None:
                known = self._subjects[subject] = Changes()
                known._ended = self._ended
            return known

    @property
    def ended(self) -> bool:
        """Whether the platform stops: nobody is to wait any longer."""
        return self._ended

    @property
    def count(self) -> int:
        return self._count

    def announce(self) -> None:
        with self._condition:
            self._count += 1
            self._condition.notify_all()
            wake, self._wake = self._wake, set()
        for call in wake:
            call()

    def end(self) -> None:
        """Let go of everybody who waits, for good: held answers go out as they are."""
        self._ended = True
        self.announce()
        with self._condition:
            subjects = tuple(self._subjects.values())
        for one in subjects:
            one.end()

    def announce_to(self, subjects: Iterable[str | None]) -> None:
        """``announce``, to those of each subject; None: to everybody who waits for no subject."""
        for subject in frozenset(subjects):
            (self if subject is None else self.of(subject)).announce()

    def wait_blocking(self, seen: int, seconds: float) -> int:
        """The count, once it is past ``seen`` or ``seconds`` are over."""
        with self._condition:
            self._condition.wait_for(lambda: self._count > seen, seconds)
            return self._count

    async def wait(self, seen: int, seconds: float) -> int:
        """``wait_blocking`` for an event loop; at once when the platform stops."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            # a loop that closed meanwhile has nobody left to wake
            if not loop.is_closed():
                loop.call_soon_threadsafe(changed.set)

        with self._condition:
            ended = self._ended
            if self._count > seen and not ended:
                return self._count
            if not ended:
                self._wake.add(wake)
        if ended:
            # whoever asks again and again lets others do something meanwhile
            await asyncio.sleep(0)
            return self._count
        try:
            # not wait_for: in Python 3.11 it loses a cancellation that comes with the wake-up
            async with asyncio.timeout(seconds):
                await changed.wait()
        except TimeoutError:
            pass
        finally:
            self._wake.discard(wake)
        return self._count
