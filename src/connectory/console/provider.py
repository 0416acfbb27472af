"""The OpenID Connect provider as we know it: what it says of itself, and whom its tokens name."""

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request

from connectory.console.visit import context_of
from connectory.settings import Settings

LEEWAY = 60
"""Seconds that the provider's clock may be off."""
SILENCE = 10.0
"""Seconds after which a provider does not answer."""
ALGORITHMS = (
    "RS256",
    "PS256",
    "ES256",
    "EdDSA",
    "RS384",
    "RS512",
    "PS384",
    "PS512",
    "ES384",
    "ES512",
)
"""Signatures by a key that the provider alone has; ``none`` and those by a shared secret are not
among them, whatever it offers."""


class Silent(Exception):  # noqa: N818 - named for what happened
    """The provider does not answer, or not what a provider answers."""


class Mistaken(Exception):  # noqa: N818 - named for what happened
    """What the provider said does not hold."""


async def claims_of(request: Request) -> Mapping[str, Any]:
    """Who it is, as the provider has signed it. Raises ``Mistaken``, ``Silent``."""
    with answering():
        provider = await provider_of(request)
        issuer = {"iss": {"essential": True, "value": provider.server_metadata["issuer"]}}
        with _holding():
            token = await provider.authorize_access_token(
                request, claims_options=issuer, leeway=LEEWAY
            )
    claims: Mapping[str, Any] | None = token.get("userinfo")
    if not claims:
        raise Mistaken("no id_token")
    return claims


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """Raises ``Silent`` for a provider that cannot be reached or understood."""
    import httpx

    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RuntimeError) as error:
        raise Silent from error


@contextlib.contextmanager
def _holding() -> Iterator[None]:
    """Raises ``Mistaken`` for a code, state or token that does not hold."""
    from authlib.integrations.base_client import (  # type: ignore[import-untyped]
        OAuthError,
    )
    from joserfc.errors import JoseError

    try:
        yield
    except (OAuthError, JoseError, ValueError, KeyError, TypeError) as error:
        raise Mistaken from error


async def provider_of(request: Request) -> Any:
    """Authlib's client, which knows what the provider says of itself. Raises ``Mistaken`` when that
    is about another one."""
    state, settings = request.app.state, context_of(request).settings
    if getattr(state, "oidc", None) is None:
        state.oidc = _client(settings)
    metadata = await state.oidc.load_server_metadata()
    issuer = settings.oidc_issuer.rstrip("/")
    if str(metadata.get("issuer", "")).rstrip("/") != issuer:
        metadata.clear()
        raise Mistaken(f"the provider calls itself other than {issuer}")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [
        one for one in offered if one in ALGORITHMS
    ] or ["RS256"]
    return state.oidc


def _client(settings: Settings) -> Any:
    """Loaded with the first sign-in by a provider: most platforms have none."""
    with warnings.catch_warnings():
        # it sets a filter of its own when it is loaded
        import authlib.deprecate  # type: ignore[import-untyped]  # noqa: F401

        # Authlib would rather have another HTTP library than the one that we have
        warnings.simplefilter("ignore", DeprecationWarning)
        from authlib.integrations.starlette_client import (  # type: ignore[import-untyped]
            OAuth,
        )

    return OAuth().register(
        "oidc",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret or None,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "timeout": SILENCE,
        },
    )
