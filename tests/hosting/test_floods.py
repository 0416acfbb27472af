"""Who may say how much, and whose turn it is."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from connectory.hosting.floods import BURST, Allowance, Backlog, Losses, Source

LOUD, QUIET = Source("d", "loud"), Source("d", "quiet")
SOURCES = [LOUD, QUIET, Source("other", "loud")]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_application_may_say_much_at_once_and_so_much_over_time() -> None:
    clock = Clock()
    allowance = Allowance(10, clock)
    assert sum(allowance.take() for _ in range(1000)) == 10 * BURST
    clock.now = 0.5
    assert sum(allowance.take() for _ in range(1000)) == 5
    clock.now = 1000.0
    assert sum(allowance.take() for _ in range(1000)) == 10 * BURST


@given(st.lists(st.sampled_from(SOURCES)), st.integers(1, 20), st.integers(1, 20))
def test_what_waits_comes_in_order_and_from_everybody(
    said: list[Source], most: int, batch: int
) -> None:
    backlog = Backlog[tuple[Source, int]](most)
    lost = Counter(loser for loser in map(backlog.add, said, enumerate_by(said)) if loser)
    assert len(backlog) == min(len(said), most)
    taken = list[tuple[Source, int]]()
    while len(backlog):
        waiting = len(backlog)
        some = backlog.take(batch)
        assert len(some) == min(batch, waiting)
        taken += some
    for source in SOURCES:
        own = [number for who, number in taken if who == source]
        # of each, the newest are there, in their order
        assert own == list(range(said.count(source)))[lost[source] :]


def enumerate_by(said: list[Source]) -> list[tuple[Source, int]]:
    counts = Counter[Source]()
    numbered = []
    for source in said:
        numbered.append((source, counts[source]))
        counts[source] += 1
    return numbered


def test_the_loudest_loses_its_oldest() -> None:
    backlog = Backlog[str](10)
    backlog.add(QUIET, "quiet")
    losers = [backlog.add(LOUD, f"loud {number}") for number in range(20)]
    assert losers == [None] * 9 + [LOUD] * 11
    assert backlog.take(2) == ["quiet", "loud 11"]
    assert backlog.take(100)[-1] == "loud 19"


def test_a_deployment_that_goes_away_takes_its_entries_along() -> None:
    backlog = Backlog[str](10)
    backlog.add(LOUD, "gone")
    backlog.add(SOURCES[2], "stays")
    backlog.forget("d")
    assert len(backlog) == 1
    assert backlog.take(10) == ["stays"]


def test_losses_are_told_once_in_a_period() -> None:
    clock = Clock()
    losses = Losses(10, clock)
    assert (losses.due(), losses.take()) == (None, [])
    losses.add(LOUD)
    losses.add(LOUD, 4)
    assert losses.due() == 0
    assert losses.take() == [(LOUD, 5)]
    losses.add(LOUD)
    assert losses.due() == 10
    losses.add(QUIET)
    assert losses.take() == [(QUIET, 1)]
    clock.now = 4.0
    assert (losses.due(), losses.take()) == (6.0, [])
    assert losses.take(everything=True) == [(LOUD, 1)]
    losses.add(LOUD)
    losses.forget("d")
    assert not losses
