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


async def test_a_change_with_a_subject_wakes_only_who_waits_for_it() -> None:
    changes = Changes()
    waiting = asyncio.create_task(changes.of("messages").wait(0, 3600))
    await asyncio.sleep(0)
    changes.announce_to([None, "others"])
    assert (changes.count, changes.of("others").count, changes.of("messages").count) == (1, 1, 0)
    changes.announce_to(["messages", "messages"])
    assert await waiting == 1
    assert changes.count == 1


async def test_who_waits_for_a_subject_is_let_go_when_the_platform_stops() -> None:
    changes = Changes()
    waiting = asyncio.create_task(changes.of("messages").wait(0, 3600))
    await asyncio.sleep(0)
    changes.end()
    await waiting
    assert changes.of("messages").ended
