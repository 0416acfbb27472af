"""Who reviews: a role of the whole platform, held by the organization ``default``.

Creators administer organizations of their own: a scope that they could give themselves must not
make them reviewers, so it counts for Projects of ``default`` alone.
"""

from typing import NamedTuple

from starlette.requests import Request

from connectory.api.administration import administrator
from connectory.api.context import caller, context
from connectory.auth import Caller, require
from connectory.auth.scopes import (
    MANAGE_CERTIFICATIONS,
    MANAGE_CONNECTORS,
    VIEW_CERTIFICATIONS,
    VIEW_CONNECTORS,
)
from connectory.auth.store import organization_with_key
from connectory.errors import AuthorizationError

OPERATOR = "default"
SHOWN = "reviewer"
"""What creators read of an administrator: the name is a login."""


class Reviewer(NamedTuple):
    """``who`` is for the log, ``user_id`` what creators read with a comment."""

    who: str
    user_id: str


async def reviewer(request: Request) -> Reviewer:
    """Raises ``AuthorizationError`` for whoever is no reviewer, ``AuthenticationError``,
    ``InvalidTokenError``."""
    operator = await _operator(request)
    if _is_basic(request):
        found = await administrator(request)
        if found.organization_id != operator:
            raise AuthorizationError
        return Reviewer(f"administrator {found.name}", SHOWN)
    who = await caller(request)
    require(who, MANAGE_CERTIFICATIONS)
    if who.project.organization_id != operator:
        raise AuthorizationError
    return Reviewer(f"API client {who.client_id}", who.project.key)


async def reader(request: Request) -> str | None:
    """The organization whose certifications the caller may read; None: every one's."""
    operator = await _operator(request)
    if _is_basic(request):
        found = await administrator(request)
        return None if found.organization_id == operator else found.organization_id
    who = await caller(request)
    if who.project.organization_id == operator and _may(who, VIEW_CERTIFICATIONS):
        return None
    require(who, VIEW_CONNECTORS)
    return who.project.organization_id


async def creator(request: Request) -> Caller:
    """Who may change drafts of an organization."""
    who = await caller(request)
    require(who, MANAGE_CONNECTORS)
    return who


def _is_basic(request: Request) -> bool:
    return request.headers.get("authorization", "").partition(" ")[0].lower() == "basic"


def _may(who: Caller, scopes: tuple[str, ...]) -> bool:
    return any(f"{scope}:{who.project.key}" in who.scopes for scope in scopes)


async def _operator(request: Request) -> str:
    found = await context(request).database.read(lambda c: organization_with_key(c, OPERATOR))
    if found is None:
        raise AuthorizationError
    return found.id
