"""When messages are tried again, and how many at a time: decisions without I/O."""

import pytest

from connectory.connectors.model import RetryPolicy
from connectory.hosting.topics.pace import Pace
from connectory.hosting.topics.policy import DEFAULT, State, after_failure, delay, taken

IMMEDIATE = RetryPolicy(strategy="immediate")
BACKOFF = RetryPolicy(
    strategy="exponential-backoff", min_backoff_seconds=3, max_backoff_seconds=20, max_attempts=5
)


def test_exactly_five_answers_acknowledge() -> None:
    assert [status for status in range(600) if taken(status)] == [102, 200, 201, 202, 204]
    assert not taken(None)


def test_a_backoff_doubles_within_its_bounds() -> None:
    assert [delay(BACKOFF, one) for one in range(1, 6)] == [3, 6, 12, 20, 20]
    assert [delay(DEFAULT, one) for one in (1, 2, 6, 7, 1000)] == [10, 20, 320, 600, 600]
    assert [delay(IMMEDIATE, one) for one in (1, 2, 5, 6)] == [0.1, 0.2, 1.0, 1.0]


@pytest.mark.parametrize("policy", [BACKOFF, DEFAULT, IMMEDIATE])
@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_chance_never_leads_out_of_the_bounds(policy: RetryPolicy, chance: float) -> None:
    low, high = delay(policy, 1), delay(policy, 1000)
    assert all(low <= delay(policy, one, chance) <= high for one in range(1, 20))


def test_what_failed_together_does_not_come_back_together() -> None:
    assert delay(BACKOFF, 1, 0.0) != delay(BACKOFF, 1, 1.0)
    assert delay(BACKOFF, 9, 0.0) != delay(BACKOFF, 9, 1.0)


def test_the_last_attempt_makes_a_dead_letter() -> None:
    assert after_failure(BACKOFF, 4, 100.0, 0.0) == (State.WAITING, 120.0)
    assert after_failure(BACKOFF, 5, 100.0, 0.0) == (State.DEAD, 100.0)
    assert after_failure(None, 10_000, 100.0, 0.0).state is State.WAITING


def test_refusals_slow_a_topic_but_never_stop_it() -> None:
    pace = Pace(64)
    for _ in range(100):
        pace.refused()
    assert pace.limit == 8
    for _ in range(100):
        pace.taken()
    assert pace.limit == 64


def test_an_application_that_dies_gets_one_message_at_a_time() -> None:
    pace = Pace(64)
    for _ in range(10):
        pace.broken()
    assert pace.limit == 1
    assert Pace(2).limit == 2
