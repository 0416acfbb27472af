import asyncio

from connectory.database.changes import Changes


async def test_who_waits_is_let_go_when_the_platform_stops() -> None:
    changes = Changes()
    waiting = [asyncio.create_task(changes.wait(0, 3600)) for _ in range(3)]
    await asyncio.sleep(0)
    assert not changes.ended
    changes.end()
    await asyncio.gather(*waiting)
    assert changes.ended


async def test_nobody_waits_any_more_after_that() -> None:
    changes = Changes()
    changes.end()
    seen = changes.count
    assert await changes.wait(seen, 3600) == seen


async def test_a_change_wakes_who_waits_and_counts() -> None:
    changes = Changes()
    waiting = asyncio.create_task(changes.wait(0, 3600))
    await asyncio.sleep(0)
    changes.announce()
    assert await waiting == 1
    assert not changes.ended
