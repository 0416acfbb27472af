"""Scopes of the contract (endpoints.json), those of our own, and the rules that check them
(facts 2.1)."""

from collections.abc import Iterable

from connectory.auth.model import Caller
from connectory.errors import AuthorizationError

SCOPES = (
    "manage_project",
    "manage_api_clients",
    "manage_connectors",
    "view_connectors",
    "manage_connectors_deployments",
    "view_connectors_deployments",
    "manage_certifications",
    "view_certifications",
    "manage_projects",
    "manage_members",
    "view_audit_log",
)
"""The last five are ours: nothing else includes them, but for viewing what one manages."""

DEFAULT_SCOPES = ("manage_project", "manage_api_clients")
"""What a new API client may do when nothing is said."""

VIEW_CONNECTORS = ("manage_project", "manage_connectors", "view_connectors")
MANAGE_CONNECTORS = ("manage_project", "manage_connectors")
VIEW_DEPLOYMENTS = (
    "manage_project",
    "manage_connectors_deployments",
    "view_connectors_deployments",
)
MANAGE_DEPLOYMENTS = ("manage_project", "manage_connectors_deployments")
VIEW_CERTIFICATIONS = ("manage_certifications", "view_certifications")
READ_CERTIFICATIONS = (*VIEW_CERTIFICATIONS, *VIEW_CONNECTORS)
"""Reviewers read every one, creators those of their own organization."""
MANAGE_CERTIFICATIONS = ("manage_certifications",)
MANAGE_API_CLIENTS = ("manage_api_clients",)
MANAGE_PROJECTS = ("manage_projects",)
VIEW_PROJECTS = tuple(dict.fromkeys((*MANAGE_PROJECTS, *VIEW_CONNECTORS, *VIEW_DEPLOYMENTS)))
"""Who works in one Project knows the organization's others: a Connector goes to several."""
MANAGE_MEMBERS = ("manage_members",)
VIEW_MEMBERS = (*MANAGE_MEMBERS, "manage_project")
VIEW_AUDIT_LOG = ("view_audit_log",)

APART = frozenset({"manage_api_clients", *SCOPES[-5:]})
"""Scopes that ``manage_project`` does not include."""


def require(caller: Caller, any_of: Iterable[str], project_key: str | None = None) -> None:
    """Let the caller through when it holds one of the scopes for the Project.

    ``project_key`` is the Project of the address; without one, the token's own. Raises
    ``AuthorizationError``.
    """
    key = caller.project.key if project_key is None else project_key
    if key != caller.project.key or not any(f"{scope}:{key}" in caller.scopes for scope in any_of):
        raise AuthorizationError


def covers(held: frozenset[str], wanted: str) -> bool:
    """Whether who holds the scopes ``held`` can do all that ``wanted`` allows, and so may hand it
    on. Both without their Project."""
    action, _, what = wanted.partition("_")
    if wanted in held or (action == "view" and f"manage_{what}" in held):
        return True
    return "manage_project" in held and wanted not in APART


def with_project(scopes: Iterable[str], project_key: str) -> tuple[str, ...]:
    """Scopes with their ``:{projectKey}`` suffix, given with or without it."""
    return tuple(scope if ":" in scope else f"{scope}:{project_key}" for scope in scopes)
