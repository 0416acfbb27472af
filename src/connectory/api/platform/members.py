"""``/platform/members``: the people of an organization."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.auditing import record
from connectory.api.basic import person_trying
from connectory.api.context import body, context
from connectory.api.openapi import Access, Operation, Paged
from connectory.api.platform.asking import Asker, anybody, asker
from connectory.api.platform.paging import LIMIT_AND_OFFSET, paged
from connectory.api.routing import resource
from connectory.auth import passwords
from connectory.auth.audit import Target
from connectory.auth.errors import (
    LastAdministratorError,
    PasswordIncorrectError,
    PasswordNotAcceptedError,
    ScopeNotHeldError,
    TooManyTriesError,
)
from connectory.auth.members import (
    Member,
    MemberDisabled,
    MemberDraft,
    MemberRole,
    Members,
    PasswordChange,
    shown,
)
from connectory.auth.scopes import MANAGE_MEMBERS, VIEW_MEMBERS
from connectory.auth.users import accounts_of
from connectory.errors import DuplicateFieldError, InvalidJsonInputError, ResourceNotFoundError
from connectory.wire import decode

TAG = "Administration"
REFUSED = (ResourceNotFoundError, ScopeNotHeldError)


@Operation(
    "queryMembers",
    "List the people of the organization, by name",
    tag=TAG,
    access=Access.PERSON,
    scopes=VIEW_MEMBERS,
    query=LIMIT_AND_OFFSET,
    answer=Paged(Member),
)
async def query(request: Request) -> Response:
    who = await asker(request, VIEW_MEMBERS)
    found = await context(request).database.read(lambda c: accounts_of(c, who.organization_id))
    return paged(request, [shown(one) for one in found])


@Operation(
    "createMember",
    "Add somebody; the first password is shown once",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_MEMBERS,
    request=MemberDraft,
    answer=Member,
    status=201,
    errors=(DuplicateFieldError, ScopeNotHeldError),
)
async def create(request: Request) -> Response:
    who = await asker(request, MANAGE_MEMBERS)
    draft, password = decode(await body(request), MemberDraft), await passwords.generated()
    detail = {"role": draft.role}
    made = await _done(request, who, draft.name, lambda all_: all_.add(draft, password), detail)
    return _uncached(made, 201)


@Operation(
    "setMemberRole",
    "Give somebody another role",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_MEMBERS,
    request=MemberRole,
    answer=Member,
    errors=(*REFUSED, LastAdministratorError),
)
async def set_role(request: Request) -> Response:
    who, name = await asker(request, MANAGE_MEMBERS), request.path_params["name"]
    role = decode(await body(request), MemberRole).role
    detail = {"role": role}
    return answer(await _done(request, who, name, lambda all_: all_.give_role(name, role), detail))


@Operation(
    "setMemberDisabled",
    "Keep somebody from signing in, or let them again",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_MEMBERS,
    request=MemberDisabled,
    answer=Member,
    errors=(*REFUSED, LastAdministratorError),
)
async def set_disabled(request: Request) -> Response:
    who, name = await asker(request, MANAGE_MEMBERS), request.path_params["name"]
    off = decode(await body(request), MemberDisabled).disabled
    detail = {"disabled": off}
    return answer(await _done(request, who, name, lambda all_: all_.disable(name, off), detail))


@Operation(
    "setMemberPassword",
    "Give somebody a new password, shown once; or set one's own",
    tag=TAG,
    access=Access.PERSON,
    request=PasswordChange,
    answer=Member,
    errors=(*REFUSED, PasswordIncorrectError, PasswordNotAcceptedError, TooManyTriesError),
    description="One's own: `old` and `new`. Somebody else's takes the scope `manage_members` and "
    "an empty object. Either way, the person is signed out of the console everywhere.",
)
async def set_password(request: Request) -> Response:
    who, name = await anybody(request), request.path_params["name"]
    wanted = decode(await body(request), PasswordChange)
    if who.user == name:
        return await _change(request, who, wanted)
    who.having(MANAGE_MEMBERS)
    if wanted.old is not None or wanted.new is not None:
        raise InvalidJsonInputError("Only people themselves choose their passwords.")
    password = await passwords.generated()
    made = await _done(request, who, name, lambda all_: all_.reset(name, password))
    return _uncached(made)


@Operation(
    "deleteMember",
    "Remove somebody",
    tag=TAG,
    access=Access.PERSON,
    scopes=MANAGE_MEMBERS,
    answer=Member,
    errors=(*REFUSED, LastAdministratorError),
)
async def remove(request: Request) -> Response:
    who, name = await asker(request, MANAGE_MEMBERS), request.path_params["name"]
    return answer(await _done(request, who, name, lambda all_: all_.remove(name)))


async def _change(request: Request, who: Asker, wanted: PasswordChange) -> Response:
    """One's own password, by the old one."""
    name = request.path_params["name"]
    if wanted.old is None or wanted.new is None:
        raise InvalidJsonInputError("old and new: your password takes both.")
    passwords.require_good(wanted.new, name)
    if await person_trying(request, name, wanted.old) is None:
        raise PasswordIncorrectError
    kept = await passwords.hashed(wanted.new)
    return answer(await _done(request, who, name, lambda all_: all_.change(name, kept)))


async def _done(
    request: Request,
    who: Asker,
    name: str,
    act: Callable[[Members], Member],
    detail: Mapping[str, object] | None = None,
) -> Member:
    """Carry out ``act`` on the people of the asker's organization, and note it."""

    def work(connection: Connection) -> Member:
        everybody = Members(connection, who.organization_id, who.organization_key, who.held)
        result = act(everybody)
        record(connection, request, who, Target("Member", key=name), detail)
        return result

    return await context(request).database.write(work)


def _uncached(member: Member, status: int = 200) -> Response:
    response = answer(member, status)
    response.headers["cache-control"] = "no-store"
    return response


ROUTES = [
    resource("/platform/members", GET=query, POST=create),
    resource("/platform/members/{name}", DELETE=remove),
    resource("/platform/members/{name}/role", POST=set_role),
    resource("/platform/members/{name}/disabled", POST=set_disabled),
    resource("/platform/members/{name}/password", POST=set_password),
]
