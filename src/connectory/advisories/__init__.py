"""Known vulnerabilities of open-source packages: a local copy of OSV records, read offline."""

from connectory.advisories.matching import Affected, affects, is_safe
from connectory.advisories.model import Advisory, Rating
from connectory.advisories.store import Advisories, AdvisoriesUnreadable, Status
from connectory.advisories.update import PUBLIC, Progress, UpdateFailed, update

__all__ = [
    "PUBLIC",
    "Advisories",
    "AdvisoriesUnreadable",
    "Advisory",
    "Affected",
    "Progress",
    "Rating",
    "Status",
    "UpdateFailed",
    "affects",
    "is_safe",
    "update",
]
