"""What a request needs of the platform, and what it says about itself."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

from starlette.requests import Request

from connectory.api.streaming import Streams
from connectory.artifacts import ArtifactStore
from connectory.auth import Caller
from connectory.auth.store import caller_with_token
from connectory.auth.tries import Tries
from connectory.connectors.model import IntegrationType
from connectory.database import Database
from connectory.database.memo import Memo
from connectory.errors import (
    ContentTooLargeError,
    InvalidPathParamError,
    InvalidQueryParamError,
    InvalidTokenError,
)
from connectory.hosting.supervisor import Supervisor
from connectory.repositories import Repositories
from connectory.sealing import Seal
from connectory.settings import Settings

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
KEY = re.compile(r"[A-Za-z0-9_-]{2,256}")
BODY_LIMIT = 16 * 1024 * 1024
SORTS = {
    "createdAt": "created_at",
    "lastModifiedAt": "last_modified_at",
    "key": "key",
    "status": "status",
}

Order = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Context:
    """Everything a route may use."""

    settings: Settings
    database: Database
    repositories: Repositories
    seal: Seal
    supervisor: Supervisor | None = None
    """What runs here; None where nothing does."""

    @cached_property
    def memo(self) -> Memo:
        """Answers of the hottest reads, on the event loop that serves the API."""
        return Memo(self.database)

    @cached_property
    def artifacts(self) -> ArtifactStore:
        return ArtifactStore(self.settings.directory / "artifacts")

    @property
    def keys(self) -> Path:
        """The folder of the platform's keys."""
        return self.settings.directory / "keys"

    @cached_property
    def streams(self) -> Streams:
        """Who follows something, on the same event loop."""
        return Streams()

    @cached_property
    def tries(self) -> Tries:
        """Who guesses passwords, on the same event loop."""
        return Tries(self.settings.login_tries)


@dataclass(frozen=True)
class Paging:
    limit: int
    offset: int
    order: Order


def context(request: Request) -> Context:
    return cast("Context", request.app.context)


async def caller(request: Request) -> Caller:
    """Who holds the bearer token. Raises ``InvalidTokenError``.

    The console calls in process and says in the scope who is signed in; no request from outside
    can put anything there.
    """
    if (signed_in := request.scope.get("connectory.caller")) is not None:
        return cast("Caller", signed_in)
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not value.strip():
        raise InvalidTokenError
    token = value.strip()
    found = await context(request).memo.read(
        ("caller", token), lambda c: caller_with_token(c, token)
    )
    # a remembered token may have expired meanwhile
    if found is None or found.expires_at <= time.time():
        raise InvalidTokenError
    return found


async def body(request: Request) -> bytes:
    """The whole body. Raises ``ContentTooLargeError`` without reading on."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            raise ContentTooLargeError(BODY_LIMIT)
        chunks.append(chunk)
    return b"".join(chunks)


def path_id(request: Request) -> str:
    value = str(request.path_params["id"])
    if not UUID.fullmatch(value):
        raise InvalidPathParamError(f"'{value[:100]}' is not an id: a UUID in lower case.")
    return value


def path_key(request: Request) -> str:
    value = str(request.path_params["key"])
    if not KEY.fullmatch(value):
        raise InvalidPathParamError(
            f"'{value[:100]}' is not a key: 2 to 256 letters, digits, '_' or '-'."
        )
    return value


def path_revision(request: Request) -> int:
    value = str(request.path_params["revision"])
    if not re.fullmatch(r"[1-9][0-9]{0,8}", value):
        raise InvalidPathParamError(f"'{value[:100]}' is not a revision: a number from 1 on.")
    return int(value)


def paging(request: Request, sortable: frozenset[str] = frozenset()) -> Paging:
    """``limit``, ``offset`` and ``sort`` within their bounds (facts 2.3)."""
    order = sorting(request, SORTS | {name: name for name in sortable})
    return Paging(
        limit=query_int(request, "limit", 20, 0, 500),
        offset=query_int(request, "offset", 0, 0, 10_000),
        order=(*order, ("created_at", True), ("id", False)),
    )


def query_int(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?\d{1,18}", text) or not low <= int(text) <= high:
        raise InvalidQueryParamError(f"{name} must be a whole number from {low} to {high}.")
    return int(text)


def query_bool(request: Request, name: str) -> bool | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if text not in {"true", "false"}:
        raise InvalidQueryParamError(f"{name} must be true or false.")
    return text == "true"


def query_types(request: Request) -> tuple[IntegrationType, ...]:
    """``integrationTypes``, repeated for several."""
    given = request.query_params.getlist("integrationTypes")
    if unknown := set(given) - set(IntegrationType):
        known = ", ".join(IntegrationType)
        raise InvalidQueryParamError(
            f"'{min(unknown)[:100]}' is no integration type; integrationTypes takes {known}."
        )
    return tuple(IntegrationType(one) for one in dict.fromkeys(given))


def sorting(request: Request, sorts: Mapping[str, str]) -> Order:
    """``field``, ``field asc`` or ``field desc``, repeated. ``sorts``: column by field."""
    order = []
    for text in request.query_params.getlist("sort"):
        field, _, direction = text.strip().partition(" ")
        if field not in sorts or direction.strip() not in {"", "asc", "desc"}:
            raise InvalidQueryParamError(
                f"sort takes one of {', '.join(sorted(sorts))}, followed by asc or desc."
            )
        order.append((sorts[field], direction.strip() == "desc"))
    return tuple(order)
