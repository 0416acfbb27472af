"""Whether an advisory is about a version, and where it is fixed (OSV schema, "Evaluation")."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectory.advisories.model import Advisory, Event, Turn
from connectory.advisories.versions import position


@dataclass(frozen=True)
class Affected:
    """``fixed`` is the lowest version above that the advisory calls fixed; None without one."""

    fixed: str | None


def affects(advisory: Advisory, version: str) -> Affected | None:
    """None when the advisory is not about this version, or it is no version at all."""
    here = position(advisory.ecosystem, version)
    if not _hit(advisory, version, here):
        return None
    return Affected(_first_fix(advisory, here))


def is_safe(advisories: Iterable[Advisory], version: str) -> bool:
    return all(affects(advisory, version) is None for advisory in advisories)


def _hit(advisory: Advisory, version: str, here: Any) -> bool:
    if version in advisory.versions:
        return True
    if here is None:
        return False
    return any(_inside(advisory.ecosystem, events, here) for events in advisory.ranges)


def _inside(ecosystem: str, events: tuple[Event, ...], here: Any) -> bool:
    """Walk the events from the oldest version on, until the next is later than this one."""
    inside = False
    for at, turn in _in_order(ecosystem, events):
        reached = at is None or (here > at if turn is Turn.LAST_AFFECTED else here >= at)
        if reached:
            inside = turn is Turn.INTRODUCED
    return inside


def _in_order(ecosystem: str, events: tuple[Event, ...]) -> list[tuple[Any, Turn]]:
    """Events with their positions; what is introduced at ``0`` has none and comes first."""
    start = [(None, event.turn) for event in events if _is_start(event)]
    placed = [(position(ecosystem, event.version), event.turn)
              for event in events if not _is_start(event)]  # fmt: skip
    known = [pair for pair in placed if pair[0] is not None]
    return [*start, *sorted(known, key=lambda pair: pair[0])]


def _is_start(event: Event) -> bool:
    return event.turn is Turn.INTRODUCED and event.version == "0"


def _first_fix(advisory: Advisory, here: Any) -> str | None:
    """The lowest fix above, which no other range of the same advisory takes back."""
    named = {event.version for events in advisory.ranges for event in events
             if event.turn is Turn.FIXED}  # fmt: skip
    placed = [(position(advisory.ecosystem, version), version) for version in named]
    above = [pair for pair in placed if pair[0] is not None and (here is None or pair[0] > here)]
    for at, version in sorted(above, key=lambda pair: pair[0]):
        if not _hit(advisory, version, at):
            return version
    return None
