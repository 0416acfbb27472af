"""Tokens: client credentials in, access token out (facts 2.1, 12; RFC 6749, RFC 7662)."""

import base64
import binascii
import time
from typing import Literal
from urllib.parse import parse_qs, unquote_plus

from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import body, context
from connectory.api.openapi import FORM, Access, Operation
from connectory.api.routing import resource
from connectory.auth import ApiClient
from connectory.auth.store import authenticate, caller_with_token, issue_token
from connectory.errors import ConnectError
from connectory.wire import Wire


class OAuthError(ConnectError):
    """An error of the token endpoint: the contract's shape with OAuth's ``error`` beside it."""

    code = "invalid_request"

    def __init__(self, message: str) -> None:
        super().__init__(message)


class InvalidClientError(OAuthError):
    status = 401
    code = "invalid_client"

    def __init__(self) -> None:
        super().__init__("Please provide valid client credentials using HTTP Basic Authentication.")


class MissingParameterError(OAuthError):
    code = "invalid_request"

    def __init__(self, name: str) -> None:
        super().__init__(f"Missing required parameter: {name}.")


class UnsupportedGrantTypeError(OAuthError):
    code = "unsupported_grant_type"

    def __init__(self, grant: str) -> None:
        super().__init__(f"Invalid parameter: grant_type: Invalid grant type '{grant[:100]}'.")


class InvalidScopeError(OAuthError):
    code = "invalid_scope"

    def __init__(self, scopes: list[str]) -> None:
        super().__init__(f"Permissions exceeded. Not granted: {' '.join(scopes)[:500]}.")


class TokenRequest(Wire, rename=None, forbid_unknown_fields=False):
    """``scope``: those wanted, with spaces between; without it, all that the API client has."""

    grant_type: Literal["client_credentials"]
    scope: str = ""


class TokenAnswer(Wire, rename=None):
    """``expires_in`` in seconds."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str


@Operation(
    "fetchToken",
    "Fetch an access token",
    tag="Access",
    access=Access.API_CLIENT,
    request=TokenRequest,
    consumes=FORM,
    answer=TokenAnswer,
    errors=(InvalidClientError, UnsupportedGrantTypeError, InvalidScopeError),
)
async def token(request: Request) -> Response:
    """``POST /oauth/token`` with ``grant_type=client_credentials`` and HTTP Basic."""
    form = await _form(request)
    client = await _client(request, form)
    grant = form.get("grant_type", "")
    if grant != "client_credentials":
        return _oauth_answer(UnsupportedGrantTypeError(grant))
    scopes = tuple(form.get("scope", "").split()) or client.scopes
    if exceeding := [scope for scope in scopes if scope not in client.scopes]:
        return _oauth_answer(InvalidScopeError(exceeding))
    lifetime = context(request).settings.token_lifetime
    issued = await context(request).database.write(
        lambda c: issue_token(c, client, scopes, lifetime)
    )
    return _uncached(
        TokenAnswer(
            access_token=issued.value,
            token_type="Bearer",  # noqa: S106  the name of a kind
            expires_in=issued.expires_in,
            scope=" ".join(issued.scopes),
        )
    )


class IntrospectRequest(Wire, rename=None, forbid_unknown_fields=False):
    token: str


class IntrospectAnswer(Wire, rename=None):
    """``exp`` in milliseconds since 1970, ``expires_in`` in seconds; only of an active token."""

    active: bool
    scope: str | None = None
    client_id: str | None = None
    exp: int | None = None
    expires_in: int | None = None


@Operation(
    "introspectToken",
    "See whether a token is active, and for what",
    tag="Access",
    access=Access.API_CLIENT,
    request=IntrospectRequest,
    consumes=FORM,
    answer=IntrospectAnswer,
    errors=(InvalidClientError, MissingParameterError),
)
async def introspect(request: Request) -> Response:
    """``POST /oauth/introspect``: whether a token is active, and for what (RFC 7662)."""
    form = await _form(request)
    await _client(request, form)
    value = form.get("token", "")
    if not value:
        return _oauth_answer(MissingParameterError("token"))
    caller = await context(request).database.read(lambda c: caller_with_token(c, value))
    if caller is None:
        return _uncached(IntrospectAnswer(active=False))
    return _uncached(
        IntrospectAnswer(
            active=True,
            scope=" ".join(sorted(caller.scopes)),
            client_id=caller.client_id,
            # the platform reports milliseconds
            exp=int(caller.expires_at * 1000),
            expires_in=max(0, int(caller.expires_at - time.time())),
        )
    )


async def _form(request: Request) -> dict[str, str]:
    """Parameters of the form body, or of the query where a client puts them there."""
    text = (await body(request)).decode("utf-8", "replace")
    form = parse_qs(text, keep_blank_values=True, max_num_fields=50)
    return dict(request.query_params) | {name: values[-1] for name, values in form.items()}


async def _client(request: Request, form: dict[str, str]) -> ApiClient:
    """Raises ``InvalidClientError``."""
    client_id, secret = _credentials(request, form)
    client = await context(request).database.read(lambda c: authenticate(c, client_id, secret))
    if client is None:
        raise InvalidClientError
    return client


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidClientError from None
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _oauth_answer(error: OAuthError) -> Response:
    document = {
        "statusCode": error.status,
        "message": error.message,
        "errors": [error.to_wire()],
        "error": error.code,
        "error_description": error.message,
    }
    return answer(document, error.status)


def _uncached(document: Wire) -> Response:
    response = answer(document)
    response.headers["cache-control"] = "no-store"
    return response


ROUTES = [
    resource("/oauth/token", POST=token),
    resource("/oauth/introspect", POST=introspect),
]
