"""When what has ended is started again, and when it is said to end over and over. Pure."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Pace:
    """Seconds, but for ``loop_ends``: that many ends within ``loop_window`` are a crash loop."""

    first_delay: float = 0.5
    longest_delay: float = 30.0
    steady: float = 60.0
    """After this long an application counts as well: the next restart is quick again."""
    loop_ends: int = 5
    loop_window: float = 300.0


USUAL = Pace()


@dataclass(frozen=True)
class Restarts:
    """What is remembered of an instance's ends. Times are on a monotonic clock."""

    count: int = 0
    delay: float = 0.0
    """Seconds before the next start."""
    looping: bool = False
    ends: tuple[float, ...] = ()


def after_end(known: Restarts, pace: Pace, now: float, lived: float) -> Restarts:
    """One more end, after ``lived`` seconds: the delay doubles unless it had been well."""
    calm = lived >= pace.steady
    grown = min(known.delay * 2, pace.longest_delay) if known.delay else pace.first_delay
    recent = tuple(one for one in known.ends if now - one < pace.loop_window)
    ends = (*recent, now)[-pace.loop_ends :]
    return Restarts(
        count=known.count + 1,
        delay=pace.first_delay if calm else grown,
        looping=(known.looping and not calm) or len(ends) >= pace.loop_ends,
        ends=ends,
    )


def recovered(known: Restarts) -> Restarts:
    """It has been well for long enough."""
    return replace(known, delay=0.0, looping=False, ends=())
