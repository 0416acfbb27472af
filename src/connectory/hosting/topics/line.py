"""The messages of one topic that are in memory, and what happens to them. No I/O."""

from collections import deque

from connectory.hosting.topics.envelope import head, subscription_of
from connectory.hosting.topics.model import Held
from connectory.hosting.topics.pace import Pace
from connectory.hosting.topics.store import Topic

AHEAD = 2
"""Messages in memory for each that may be delivered at the same time."""
FIRST_REST, LONGEST_REST = 0.5, 10.0
HOST = "127.0.0.1:8080"


class Line:
    """Home loop only. ``known`` are the messages that need not be read again: they wait here, are
    under way, or their outcome is being written."""

    def __init__(self, topic: Topic, most: int) -> None:
        self.pace = Pace(most)
        self.waiting: deque[Held] = deque()
        self.known: set[int] = set()
        self.under_way = 0
        self.more = False
        """Whether the table held more due messages than there was room for."""
        self.resting = False
        self._alone = False
        self._rest = FIRST_REST
        self._most = most
        self.change(topic)

    def change(self, topic: Topic) -> None:
        """The Deployment says something else of its topic."""
        self.topic = topic
        self.subscription = subscription_of(topic.project, topic.name)
        self.head = head(topic.endpoint, HOST)

    @property
    def room(self) -> int:
        """How many further messages should be read now; none while there are enough of them."""
        if self.resting or len(self.waiting) >= self._most:
            return 0
        return self._most * AHEAD - len(self.waiting)

    @property
    def can_start(self) -> bool:
        """A message that the application may have died of goes alone: if it dies again, no other
        has an attempt less for it."""
        if not self.waiting or self.resting or self._alone:
            return False
        most = 1 if self.waiting[0].suspect else self.pace.limit
        return self.under_way < most

    def add(self, found: tuple[Held, ...], asked: int) -> None:
        self.waiting.extend(found)
        self.known.update(one.id for one in found)
        self.more = len(found) == asked

    def start(self) -> Held:
        held = self.waiting.popleft()
        self.under_way += 1
        self._alone = held.suspect
        return held

    def end(self) -> None:
        self.under_way -= 1
        self._alone = False

    def give_back(self, held: Held) -> None:
        """It was not sent at all: it is next again."""
        self.waiting.appendleft(held)

    def rest(self) -> float:
        """Nobody is there to take messages: seconds to wait, longer each time."""
        self.resting = True
        seconds, self._rest = self._rest, min(self._rest * 2, LONGEST_REST)
        return seconds

    def go_on(self) -> None:
        self.resting = False

    def reached(self) -> None:
        """Somebody is there."""
        self._rest = FIRST_REST

    def settled(self, ids: set[int]) -> None:
        """The outcome of these is in the table."""
        self.known -= ids
