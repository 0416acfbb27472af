"""Signing in with an OpenID Connect provider: authorization code, PKCE, state, nonce (ADR 0024).

The provider says who somebody is; what they may do here is their role here. Whatever it says wrong
leads back to the form, and nobody is signed in.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starsessions import regenerate_session_id

from connectory.api.auditing import correlation_of, record_sign_in
from connectory.auth import audit
from connectory.auth.audit import Deed, Target
from connectory.auth.members import NAME
from connectory.auth.roles import Role
from connectory.auth.store import organization_with_key
from connectory.auth.users import Person, account_with_name, create_person
from connectory.console.login import TOO_MANY, form_page, start
from connectory.console.provider import Mistaken, Silent, answering, claims_of, provider_of
from connectory.console.visit import context_of, local, signed_in
from connectory.settings import Settings

log = structlog.get_logger()

LOGIN = "/console/oidc/login"
CALLBACK = "/console/oidc/callback"
BACK = "oidc_back"
SILENT = "The sign-in service does not answer. Sign in by name and password, or try again."
REFUSED = "The sign-in service did not say who you are. Try again."
UNKNOWN = "You have no access here. Ask an administrator to add you."


async def begin(request: Request) -> Response:
    """Off to the provider. A link, not a form: pages may send forms to their own origin only."""
    _require_wanted(request)
    back = local(request.query_params.get("back", ""))
    if await signed_in(request):
        return RedirectResponse(back, 303)
    address = request.client.host if request.client else ""
    if not await context_of(request).tries.counted(address):
        return form_page(request, back, "", TOO_MANY, 429)
    try:
        with answering():
            provider = await provider_of(request)
            answer: Response = await provider.authorize_redirect(request, _callback(request))
    except (Silent, Mistaken) as error:
        log.warning("oidc.provider", error=repr(error.__cause__ or error))
        return form_page(request, back, "", SILENT, 502)
    # the state goes into no session that somebody else has put here
    regenerate_session_id(request)
    request.session[BACK] = back
    return answer


async def end(request: Request) -> Response:
    """Back from the provider, with a code for who it is."""
    _require_wanted(request)
    back = local(str(request.session.pop(BACK, "")))
    try:
        claims = await claims_of(request)
    except Silent as error:
        log.warning("oidc.provider", error=repr(error.__cause__))
        return form_page(request, back, "", SILENT, 502)
    except Mistaken as error:
        log.warning("oidc.refused", error=repr(error.__cause__ or error))
        return form_page(request, back, "", REFUSED, 401)
    name = name_in(claims, context_of(request).settings)
    person = await _admitted(request, name) if name else None
    if person is None:
        return form_page(request, back, "", UNKNOWN, 403)
    await start(request, person)
    return RedirectResponse(back, 303)


def name_in(claims: Mapping[str, Any], settings: Settings) -> str:
    """The name here of whoever these verified claims are about; "" when they name nobody."""
    value = claims.get(settings.oidc_claim)
    if settings.oidc_claim == "email" and claims.get("email_verified") is not True:
        return ""
    name = value.strip().lower() if isinstance(value, str) else ""
    return name if NAME.fullmatch(name) else ""


async def _admitted(request: Request, name: str) -> Person | None:
    """The person of this name in the one organization; a new one, where that is wanted."""
    settings, correlation = context_of(request).settings, correlation_of(request)

    def work(connection: Connection) -> Person | None:
        account = account_with_name(connection, name)
        if account is None and settings.oidc_create_members:
            _become(connection, name, settings, correlation)
            account = account_with_name(connection, name)
        person = account.person if account and not account.disabled else None
        if person and person.organization_key != settings.oidc_organization:
            person = None
        organization = person.organization_id if person else None
        record_sign_in(connection, name, organization, person is not None, correlation)
        return person

    return await context_of(request).database.write(work)


def _become(connection: Connection, name: str, settings: Settings, correlation: str) -> None:
    """A member without a password: only the provider lets them in."""
    organization = organization_with_key(connection, settings.oidc_organization)
    if organization is None:
        return
    role = Role(settings.oidc_role)
    create_person(connection, name, organization.id, role, password_hash="")
    detail = {"role": role, "by": settings.oidc_issuer}
    target = Target("Member", key=name)
    deed = Deed(organization.id, f"user:{name}", "createMember", target, detail, correlation)
    audit.keep(connection, deed)


def _callback(request: Request) -> str:
    return f"{context_of(request).settings.origin}{CALLBACK}"


def _require_wanted(request: Request) -> None:
    """Raises a 404 without a provider."""
    if not context_of(request).settings.oidc_issuer:
        raise HTTPException(404)


ROUTES = [
    Route(LOGIN, begin, methods=["GET"]),
    Route(CALLBACK, end, methods=["GET"]),
]
