"""The checklist as code: one small class for each requirement of facts 8."""

from connectory.certification.checklist import (
    compatible,
    complete,
    documented,
    prerequisites,
    secure,
)
from connectory.certification.checklist.requirement import (
    Heading,
    Kind,
    Observation,
    Requirement,
    Sight,
)

__all__ = ["CHECKLIST", "Heading", "Kind", "Observation", "Requirement", "Sight", "requirement"]

CHECKLIST: tuple[Requirement, ...] = (
    *prerequisites.REQUIREMENTS,
    *complete.REQUIREMENTS,
    *secure.REQUIREMENTS,
    *compatible.REQUIREMENTS,
    *documented.REQUIREMENTS,
)


def requirement(name: str) -> Requirement | None:
    return next((one for one in CHECKLIST if one.name == name), None)
