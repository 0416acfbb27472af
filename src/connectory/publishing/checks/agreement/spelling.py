"""Whether two names are meant to be one."""

from collections.abc import Iterable

SHORTEST = 5


def misspelled(name: str, others: Iterable[str]) -> str | None:
    """The one of ``others`` that ``name`` differs from by case or a single slip of the fingers."""
    for other in others:
        if name != other and min(len(name), len(other)) >= SHORTEST and _one_slip(name, other):
            return other
    return None


def _one_slip(one: str, other: str) -> bool:
    """A letter more, less or another, or two that changed places; digits tell names apart."""
    left, right = one.lower(), other.lower()
    if left == right or left.replace("_", "") == right.replace("_", ""):
        return True
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    rest, others = left[start : len(left) - end], right[start : len(right) - end]
    if any(letter.isdigit() for letter in rest + others):
        return False
    swapped = len(rest) == len(others) == 2 and rest == others[::-1]
    return swapped or max(len(rest), len(others)) <= 1
