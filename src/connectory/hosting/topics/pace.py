"""How many messages of a topic are delivered at the same time. Pure."""

FIRST = 16
LEAST_ANSWERED = 8
"""However much an application refuses: a few poisonous messages never stop the others."""


class Pace:
    """Grows by one with each message taken, shrinks when messages are not: the fewer are under way,
    the fewer an application that dies takes along."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.limit = min(FIRST, most)

    def taken(self) -> None:
        if self.limit < self._most:
            self.limit += 1

    def refused(self) -> None:
        """It answered, but not with an acknowledgement, or too late."""
        least = min(LEAST_ANSWERED, self._most)
        self.limit = max(least, self.limit * 3 // 4)

    def broken(self) -> None:
        """It did not answer: it may have died."""
        self.limit = max(1, self.limit // 2)
