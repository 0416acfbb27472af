"""What people may do: a role in their organization, as scopes of the Project they work in."""

import math
from enum import StrEnum
from typing import TYPE_CHECKING

from connectory.auth.model import Caller, Project
from connectory.auth.scopes import covers

if TYPE_CHECKING:
    from connectory.auth.users import Person

OPERATOR = "default"
"""The organization that runs the platform: its administrators and reviewers certify Connectors."""


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    REVIEWER = "reviewer"


NAMES = {
    Role.ADMINISTRATOR: (
        "manage_project",
        "manage_api_clients",
        "manage_projects",
        "manage_members",
        "view_audit_log",
    ),
    Role.MEMBER: ("manage_connectors", "manage_connectors_deployments", "manage_api_clients"),
    Role.REVIEWER: ("view_connectors",),
}
OPERATORS = {
    Role.ADMINISTRATOR: ("manage_certifications",),
    Role.MEMBER: (),
    Role.REVIEWER: ("manage_certifications",),
}
"""What a role has on top in the organization of the operator."""


def names_of(role: Role, organization_key: str) -> frozenset[str]:
    """The scopes of a role, without a Project."""
    own = OPERATORS[role] if organization_key == OPERATOR else ()
    return frozenset((*NAMES[role], *own))


def scopes_of(role: Role, organization_key: str, project_key: str) -> frozenset[str]:
    """The scopes of a role in one Project of its organization."""
    return frozenset(f"{name}:{project_key}" for name in names_of(role, organization_key))


def may_give(held: frozenset[str], role: Role, organization_key: str) -> bool:
    """Whether somebody with these scopes may have a say over who has ``role``: nobody makes, or
    becomes, somebody who may do more."""
    return all(covers(held, name) for name in names_of(role, organization_key))


def caller_for(person: "Person", project: Project) -> Caller:
    """The person at work in a Project of their organization, as the API knows callers."""
    return Caller(
        client_id=f"user:{person.name}",
        project=project,
        scopes=scopes_of(person.role, person.organization_key, project.key),
        expires_at=math.inf,
        user=person.name,
    )
