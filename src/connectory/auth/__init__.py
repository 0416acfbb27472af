"""Who calls, for which Project, with which scopes."""

from connectory.auth.model import ApiClient, Caller, Organization, Project, Token
from connectory.auth.scopes import DEFAULT_SCOPES, SCOPES, require

__all__ = [
    "DEFAULT_SCOPES",
    "SCOPES",
    "ApiClient",
    "Caller",
    "Organization",
    "Project",
    "Token",
    "require",
]
