"""How many instances there should be, and when what ended is started again: the rules alone."""

import asyncio
from dataclasses import replace

import pytest

from connectory.hosting.placement import Placement
from connectory.hosting.restarts import USUAL, Restarts, after_end, recovered
from connectory.hosting.scaling import (
    Bounds,
    Load,
    Step,
    bounds,
    is_crowded,
    is_spare,
    next_step,
)
from connectory.hosting.turns import Turn
from connectory.settings import Settings
from connectory.specification import ApplicationType

CALM = Load(instances=1, starting=0, held=0, idle=0.0, crowded=0.0, spare=0.0)
ALLOWED = Bounds(idle=900, concurrency=80, most=3)


@pytest.mark.parametrize(
    ("load", "step"),
    [
        (CALM, Step.STAY),
        (replace(CALM, idle=899), Step.STAY),
        (replace(CALM, idle=900), Step.SLEEP),
        (replace(CALM, idle=900, held=1), Step.STAY),
        (replace(CALM, idle=900, starting=1), Step.STAY),
        (replace(CALM, instances=0, idle=900), Step.STAY),
        (replace(CALM, held=81, crowded=0.9), Step.STAY),
        (replace(CALM, held=81, crowded=1), Step.GROW),
        (replace(CALM, held=81, crowded=9, starting=1), Step.STAY),
        (replace(CALM, held=300, crowded=9, instances=3), Step.STAY),
        (replace(CALM, held=9, spare=59, instances=2), Step.STAY),
        (replace(CALM, held=9, spare=60, instances=2), Step.SHRINK),
        (replace(CALM, held=9, spare=60), Step.STAY),
    ],
)
def test_what_is_right_for_a_load(load: Load, step: Step) -> None:
    assert next_step(load, ALLOWED) is step


def test_what_may_not_sleep_never_does() -> None:
    assert next_step(replace(CALM, idle=1e9), replace(ALLOWED, idle=0)) is Step.STAY


def test_growing_and_shrinking_do_not_take_turns() -> None:
    """What was just enough of a crowd for two is no reason for one again."""
    assert is_crowded(1, 81, ALLOWED)
    assert not is_crowded(2, 81, ALLOWED)
    assert not is_spare(2, 81, ALLOWED)
    assert is_spare(2, 40, ALLOWED)
    assert not is_spare(1, 0, ALLOWED)


def placement(kind: ApplicationType, *, sleeps: bool = False) -> Placement:
    return Placement("a", "d", "x", "digest", ("node", "."), kind=kind, sleeps=sleeps)


def test_bounds_by_type() -> None:
    settings = Settings(most_instances=5, idle_timeout=60, request_timeout=300)
    service = bounds(placement(ApplicationType.SERVICE), settings)
    job = bounds(placement(ApplicationType.JOB, sleeps=True), settings)
    assert (service.most, service.idle, service.drain) == (5, 0, 300)
    assert (job.most, job.idle, job.drain) == (1, 60, 1800)
    short = Settings(drain_timeout=7)
    assert bounds(placement(ApplicationType.JOB), short).drain == 7


def test_delays_grow_to_their_bound_and_begin_again_after_a_good_life() -> None:
    known, delays = Restarts(), []
    for number in range(8):
        known = after_end(known, USUAL, now=number * 100.0, lived=1.0)
        delays.append(known.delay)
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert after_end(known, USUAL, now=1e4, lived=61).delay == 0.5


def test_five_ends_within_five_minutes_are_a_crash_loop_until_it_runs_steadily() -> None:
    known = Restarts()
    for number in range(4):
        known = after_end(known, USUAL, now=number * 10.0, lived=1.0)
    assert not known.looping
    known = after_end(known, USUAL, now=50.0, lived=1.0)
    assert known.looping
    # ever more seldom, and still the same loop
    assert after_end(known, USUAL, now=900.0, lived=1.0).looping
    assert not recovered(known).looping
    assert recovered(known).count == 5


def test_ends_far_apart_are_no_crash_loop() -> None:
    known = Restarts()
    for number in range(20):
        known = after_end(known, USUAL, now=number * 90.0, lived=1.0)
    assert not known.looping


async def test_one_that_hangs_while_it_starts_does_not_keep_the_others_away() -> None:
    places, never = asyncio.Semaphore(2), asyncio.Event()

    async def hang() -> None:
        async with Turn(places, 0.01):
            await never.wait()

    hanging = [asyncio.create_task(hang()) for _ in range(2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(60), Turn(places), Turn(places):
        assert places.locked()
    never.set()
    await asyncio.gather(*hanging)
    assert places._value == 2


async def test_who_does_not_get_a_turn_gives_none_back() -> None:
    places = asyncio.Semaphore(1)
    async with Turn(places):
        waiting = asyncio.create_task(Turn(places).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    assert places._value == 1
