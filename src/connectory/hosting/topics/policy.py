"""When a message counts as taken, and what follows when it does not. Pure."""

import random
from enum import StrEnum
from typing import NamedTuple

from connectory.connectors.model import RetryPolicy

TAKEN = frozenset({102, 200, 201, 202, 204})
"""The answers that acknowledge a message (facts 4.3); every other one is a refusal."""
ACKNOWLEDGED_WITHIN = 10.0
"""Seconds an application has to answer (facts 11)."""
REQUEST_MAY_TAKE = 300.0
"""Seconds its own request may go on, although the message counts as not taken by then."""
DEFAULT = RetryPolicy(
    strategy="exponential-backoff", min_backoff_seconds=10, max_backoff_seconds=600
)
"""For applications that say nothing (facts 14.2 row 27)."""
AT_ONCE, AT_ONCE_LONGEST = 0.1, 1.0
"""Seconds before an ``immediate`` retry, doubled up to the longer one: a message that is refused
for seven days must not keep a core busy for seven days."""
JITTER = 0.1
"""The part of a delay that is left to chance, so that what failed together does not come back
together."""


class State(StrEnum):
    WAITING = "waiting"
    DEAD = "dead"


class Verdict(NamedTuple):
    """What becomes of a message that was not taken: ``due`` is when it is tried again, or when it
    was given up, in seconds since 1970."""

    state: State
    due: float


def taken(status: int | None) -> bool:
    return status in TAKEN


def after_failure(
    policy: RetryPolicy | None,
    attempts: int,
    now: float,
    chance: float | None = None,
) -> Verdict:
    """``attempts`` counts the one that just failed; ``chance`` is a number from 0 to 1."""
    rule = policy or DEFAULT
    if rule.max_attempts is not None and attempts >= rule.max_attempts:
        return Verdict(State.DEAD, now)
    drawn = random.random() if chance is None else chance  # noqa: S311 - spreads load, no secret
    return Verdict(State.WAITING, now + delay(rule, attempts, drawn))


def delay(policy: RetryPolicy, attempts: int, chance: float = 0.0) -> float:
    """Seconds before the next attempt: doubled with each failure, within the policy's bounds."""
    first, longest = _bounds(policy)
    # 2 ** 10 is beyond any bound: a huge power would be a huge number for nothing
    doubled = first * 2.0 ** min(attempts - 1, 10)
    if doubled < longest:
        return min(longest, doubled * (1 + JITTER * chance))
    return max(first, longest * (1 - JITTER * chance))


def _bounds(policy: RetryPolicy) -> tuple[float, float]:
    if policy.strategy == "immediate":
        return AT_ONCE, AT_ONCE_LONGEST
    first = max(AT_ONCE, float(policy.min_backoff_seconds or 0))
    return first, max(first, float(policy.max_backoff_seconds or 0))
