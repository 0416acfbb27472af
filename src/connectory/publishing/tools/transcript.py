"""What a program said, as much of it as may be kept: its beginning and its end."""

from collections import deque
from dataclasses import dataclass, field

HEAD = 512 * 1024
TAIL = 1536 * 1024
CUT = "[...]"


@dataclass
class Transcript:
    """Give ``add`` to a sandbox as what hears the output; characters beyond ``HEAD`` and ``TAIL``
    are lost between them, whole lines at a time."""

    _head: list[str] = field(default_factory=list)
    _tail: deque[str] = field(default_factory=deque)
    _head_size: int = 0
    _tail_size: int = 0
    _lost: bool = False

    def add(self, line: str) -> None:
        if self._head_size < HEAD:
            self._head.append(line)
            self._head_size += len(line) + 1
            return
        self._tail.append(line)
        self._tail_size += len(line) + 1
        while self._tail_size > TAIL:
            self._tail_size -= len(self._tail.popleft()) + 1
            self._lost = True

    def text(self) -> str:
        between = [CUT] if self._lost else []
        return "\n".join([*self._head, *between, *self._tail])
