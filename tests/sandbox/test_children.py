import asyncio
import contextlib
import os
from functools import partial
from pathlib import Path

import pytest

from connectory.sandbox.children import Starter


def children() -> set[str]:
    """Of every thread; one that ends while we look has none."""
    found = set[str]()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found |= set((task / "children").read_text().split())
    return found


async def test_a_start_that_is_given_up_leaves_no_child() -> None:
    starter, before = Starter(), children()
    for _ in range(20):
        starting = asyncio.create_task(
            starter.start(("/bin/sleep", "60"), {"PATH": "/bin"}, merged=True)
        )
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
    assert children() <= before
    starter.close()


async def test_whatever_else_is_started_is_discarded_as_its_starter_says() -> None:
    starter, discarded = Starter(), list[int]()
    for number in range(20):
        starting = asyncio.create_task(starter.begin(partial(int, number), discarded.append))
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
    assert discarded == list(range(20))
    assert await starter.begin(partial(int, 20), discarded.append) == 20
    assert 20 not in discarded
    starter.close()
