"""Who reviews, and whose review it is."""

from collections.abc import Mapping
from typing import Any

from connectory.certification.review import ReviewState
from connectory.console.visit import Visit

SCOPE = "manage_certifications"


def require_reviewer(visit: Visit) -> None:
    """Raises a 403 for everybody else."""
    visit.require(SCOPE)


def is_mine(visit: Visit, review: Mapping[str, Any]) -> bool:
    """Whether this person has taken it, under whichever Project they work now."""
    return bool(
        review["state"] == ReviewState.TAKEN and review["reviewer"] == f"user:{visit.person.name}"
    )
