"""What either kind of isolation hands over once a program runs."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from connectory.sandbox.cgroups import Group
from connectory.sandbox.children import Child

NOWHERE = ("127.0.0.1", 0)


@dataclass(frozen=True)
class Started:
    """`members` lists the program's own processes; `undo` ends and clears everything. `forwarded`:
    whoever connects to `address` is accepted by a forwarder, whether the program listens or not."""

    child: Child
    undo: AsyncExitStack
    members: Callable[[], tuple[int, ...]]
    address: tuple[str, int] = NOWHERE
    forwarded: bool = False
    group: Group | None = None
    refused: Callable[[], tuple[str, ...]] = tuple
