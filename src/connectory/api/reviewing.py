"""Who reviews: a role of the whole platform, held by the organization ``default``.

Creators administer organizations of their own: a scope that they could give themselves must not
make them reviewers, so it counts for Projects of ``default`` alone.
"""

from typing import NamedTuple

from starlette.requests import Request

from connectory.api.context import caller
from connectory.api.platform.asking import Asker, anybody
from connectory.auth import Caller, require
from connectory.auth.scopes import (
    MANAGE_CERTIFICATIONS,
    MANAGE_CONNECTORS,
    VIEW_CERTIFICATIONS,
    VIEW_CONNECTORS,
)
from connectory.errors import AuthorizationError

SHOWN = "reviewer"
"""What creators read of a person: the name is a login."""
PEOPLE = ("user:", "api-client:")
"""How the names of those who review begin, in the review's log as in the audit log."""


class Reviewer(NamedTuple):
    """``user_id`` is what creators read with a comment."""

    asker: Asker
    user_id: str

    @property
    def who(self) -> str:
        """For the logs."""
        return self.asker.who


async def reviewer(request: Request) -> Reviewer:
    """Raises ``AuthorizationError`` for whoever is no reviewer, ``AuthenticationError``,
    ``InvalidTokenError``, ``TooManyTriesError``."""
    who = (await anybody(request)).having(MANAGE_CERTIFICATIONS)
    if not who.operates:
        raise AuthorizationError
    return Reviewer(who, SHOWN if who.user else str(who.project_key))


async def reader(request: Request) -> str | None:
    """The organization whose certifications the caller may read; None: every one's."""
    who = await anybody(request)
    if who.operates and not who.held.isdisjoint(VIEW_CERTIFICATIONS):
        return None
    return who.having(VIEW_CONNECTORS).organization_id


async def creator(request: Request) -> Caller:
    """Who may change drafts of an organization."""
    who = await caller(request)
    require(who, MANAGE_CONNECTORS)
    return who
