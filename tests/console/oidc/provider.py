"""A small OpenID Connect provider that says what a test wants: it is nobody's to own."""

import base64
import hashlib
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "connectory", "the client's secret"
Claims = dict[str, Any]


@dataclass
class Provider:
    """``claims`` are about whoever signs in; ``spoil`` changes what is signed, ``sign`` how."""

    url: str
    claims: Claims = field(default_factory=dict)
    spoil: Callable[[Claims], Claims] = dict
    algorithms: list[str] = field(default_factory=lambda: ["RS256"])
    issuer: str = ""
    silent: bool = False
    sign: "Callable[[Claims], str | None] | None" = None
    asked: dict[str, str] = field(default_factory=dict)
    """The parameters of the last authorization request."""

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "one"})

    def signed(self, claims: Claims, key: RSAKey | None = None) -> str:
        header = {"alg": "RS256", "kid": "one"}
        return jwt.encode(header, claims, key or self.key)

    def unsigned(self, claims: Claims) -> str:
        return f"{_said({'alg': 'none', 'kid': 'one'}, claims)}."

    def signed_with_the_public_key(self, claims: Claims) -> str:
        """The public key taken for a shared secret."""
        said = _said({"alg": "HS256", "kid": "one"}, claims)
        shared = self.key.as_pem(private=False)
        return f"{said}.{_text(hmac.digest(shared, said.encode(), 'sha256'))}"

    async def metadata(self, _request: Request) -> Response:
        if self.silent:
            return Response("<html>maintenance</html>", 503)
        return JSONResponse(
            {
                "issuer": self.issuer or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "id_token_signing_alg_values_supported": self.algorithms,
            }
        )

    async def jwks(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Whoever comes is signed in already."""
        self.asked = dict(request.query_params)
        query = urlencode({"code": "the-code", "state": self.asked["state"]})
        return RedirectResponse(f"{self.asked['redirect_uri']}?{query}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(await request.form())
        given = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        wanted = _text(proof)
        right = (
            request.headers.get("authorization") == f"Basic {given}"
            and form.get("code") == "the-code"
            and form.get("redirect_uri") == self.asked["redirect_uri"]
            and wanted == self.asked["code_challenge"]
        )
        if not right:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = (self.sign or self.signed)(self.spoil(self._standard() | self.claims))
        said = {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 60}
        return JSONResponse(said | ({"id_token": token} if token else {}))

    def _standard(self) -> Claims:
        now = int(time.time())
        return {
            "iss": self.url,
            "sub": "248289761001",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
        }


def _said(*parts: Claims) -> str:
    return ".".join(_text(json.dumps(one).encode()) for one in parts)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def serving() -> Iterator[Provider]:
    listener = socket.create_server(("127.0.0.1", 0))
    provider = Provider(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.metadata),
            Route("/jwks", provider.jwks),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
        ]
    )
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
