"""What keeps an application that says too much from drowning the others. Pure, but for the clock.

Each application may add so many entries a second over time, and some seconds' worth of them at
once; those that wait to be written are taken from all applications in turn, and where too many
wait, the application with the most of them loses its oldest.
"""

from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")

BURST: Final = 10
"""Seconds' worth of entries that an application which was quiet may add at once."""


class Source(NamedTuple):
    """Whose entry it is."""

    deployment_id: str
    application_name: str


class Allowance:
    """How much one application may still say. ``rate``: entries a second."""

    def __init__(self, rate: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._left = float(rate * BURST)
        self._looked = clock()

    def take(self) -> bool:
        """Whether one more entry is allowed."""
        moment = self._clock()
        earned = (moment - self._looked) * self._rate
        self._left = min(self._left + earned, self._rate * BURST)
        self._looked = moment
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Backlog(Generic[T]):
    """What waits, by application, at most ``most`` of all together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._queues: dict[Source, deque[tuple[int, T]]] = {}
        self._number = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, source: Source, item: T) -> Source | None:
        """Who had to lose its oldest for it, if anybody."""
        loser = self._shortened() if self._count >= self._most else None
        self._number += 1
        self._queues.setdefault(source, deque()).append((self._number, item))
        self._count += 1
        return loser

    def take(self, most: int) -> list[T]:
        """At most so many, from everybody alike, in the order in which they came."""
        taken = list[tuple[int, T]]()
        while self._queues and len(taken) < most:
            share = max(1, (most - len(taken)) // len(self._queues))
            for source in list(self._queues):
                queue = self._queues[source]
                taken += (queue.popleft() for _ in range(min(share, len(queue))))
                if not queue:
                    del self._queues[source]
                if len(taken) >= most:
                    break
        self._count -= len(taken)
        return [item for _, item in sorted(taken, key=lambda one: one[0])]

    def forget(self, deployment_id: str) -> None:
        """Nothing of a Deployment waits any longer."""
        for source in [one for one in self._queues if one.deployment_id == deployment_id]:
            self._count -= len(self._queues.pop(source))

    def _shortened(self) -> Source:
        source = max(self._queues, key=lambda one: len(self._queues[one]))
        self._queues[source].popleft()
        self._count -= 1
        if not self._queues[source]:
            del self._queues[source]
        return source


class Losses:
    """How many entries were lost and have not been told of yet. ``period``: seconds between two
    times that one source's are told."""

    def __init__(self, period: float, clock: Callable[[], float]) -> None:
        self._period = period
        self._clock = clock
        self._counts = Counter[Source]()
        self._told: dict[Source, float] = {}

    def __bool__(self) -> bool:
        return bool(self._counts)

    def add(self, source: Source, count: int = 1) -> None:
        self._counts[source] += count

    def due(self) -> float | None:
        """Seconds until there is something to tell, None when there is nothing."""
        return min((self._due(one) for one in self._counts), default=None)

    def take(self, *, everything: bool = False) -> list[tuple[Source, int]]:
        """What is to be told now."""
        now = [one for one in self._counts if everything or self._due(one) <= 0]
        self._told |= dict.fromkeys(now, self._clock())
        return [(one, self._counts.pop(one)) for one in now]

    def forget(self, deployment_id: str) -> None:
        for source in [one for one in self._told if one.deployment_id == deployment_id]:
            del self._told[source]
        for source in [one for one in self._counts if one.deployment_id == deployment_id]:
            del self._counts[source]

    def _due(self, source: Source) -> float:
        told = self._told.get(source)
        return 0.0 if told is None else max(0.0, told + self._period - self._clock())
