"""Who asks an operation of the platform's own."""

from dataclasses import dataclass
from typing import Self

from starlette.requests import Request

from connectory.api.basic import is_basic, person_with_basic
from connectory.api.context import caller, context
from connectory.auth import Caller
from connectory.auth.roles import OPERATOR, names_of
from connectory.auth.store import organization_with_id
from connectory.auth.users import Person, person_with_name
from connectory.errors import AuthenticationError, AuthorizationError

Scopes = tuple[str, ...]


@dataclass(frozen=True)
class Asker:
    """``held`` are the scopes without their Project, which is ``project_key``; without one, they
    are for every Project of the organization. ``user`` is the person's name, if it is one."""

    who: str
    organization_id: str
    organization_key: str
    held: frozenset[str]
    project_key: str | None
    user: str | None

    @property
    def operates(self) -> bool:
        """Whether the organization is the one that runs the platform."""
        return self.organization_key == OPERATOR

    def having(self, any_of: Scopes) -> Self:
        """Raises ``AuthorizationError`` without one of the scopes."""
        if not self.held.intersection(any_of):
            raise AuthorizationError
        return self

    def within(self, project_key: str | None) -> Self:
        """Raises ``AuthorizationError`` when the scopes are for another Project."""
        if self.project_key is not None and project_key not in {None, self.project_key}:
            raise AuthorizationError
        return self


async def asker(request: Request, any_of: Scopes) -> Asker:
    """Somebody with one of the scopes. Raises ``AuthorizationError``, ``AuthenticationError``,
    ``InvalidTokenError``, ``TooManyTriesError``."""
    return (await anybody(request)).having(any_of)


async def anybody(request: Request) -> Asker:
    """Whoever it is. Raises ``AuthenticationError``, ``InvalidTokenError``,
    ``TooManyTriesError``."""
    if is_basic(request):
        return _person(await person_with_basic(request))
    found = await caller(request)
    organization = await context(request).database.read(
        lambda c: organization_with_id(c, found.organization_id)
    )
    return _caller(found, organization.key)


async def asked_again(request: Request, who: Asker, any_of: Scopes) -> Asker:
    """The same as they are now, for what goes on for a while: a password was checked when it began.
    Raises as ``asker`` does."""
    if not is_basic(request) or who.user is None:
        return await asker(request, any_of)
    name = who.user
    person = await context(request).database.read(lambda c: person_with_name(c, name))
    if person is None:
        raise AuthenticationError
    return _person(person).having(any_of)


def _person(person: Person) -> Asker:
    return Asker(
        who=f"user:{person.name}",
        organization_id=person.organization_id,
        organization_key=person.organization_key,
        held=names_of(person.role, person.organization_key),
        project_key=None,
        user=person.name,
    )


def _caller(found: Caller, organization_key: str) -> Asker:
    return Asker(
        who=found.who,
        organization_id=found.organization_id,
        organization_key=organization_key,
        held=frozenset(_own(found)),
        project_key=found.project.key,
        user=found.user,
    )


def _own(found: Caller) -> list[str]:
    parts = (scope.partition(":") for scope in found.scopes)
    return [name for name, _, key in parts if key == found.project.key]
