"""What a request needs of the platform, and what it says about itself."""

import re
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from connectory.auth import Caller
from connectory.auth.store import caller_with_token
from connectory.database import Database
from connectory.errors import (
    ContentTooLargeError,
    InvalidPathParamError,
    InvalidQueryParamError,
    InvalidTokenError,
)
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


@dataclass(frozen=True)
class Paging:
    limit: int
    offset: int
    order: Order


def context(request: Request) -> Context:
    return cast("Context", request.app.state.context)


async def caller(request: Request) -> Caller:
    """Who holds the bearer token. Raises ``InvalidTokenError``."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not value.strip():
        raise InvalidTokenError
    found = await context(request).database.read(lambda c: caller_with_token(c, value.strip()))
    if found is None:
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


def paging(request: Request, sortable: frozenset[str] = frozenset()) -> Paging:
    """``limit``, ``offset`` and ``sort`` within their bounds (facts 2.3)."""
    return Paging(
        limit=query_int(request, "limit", 20, 0, 500),
        offset=query_int(request, "offset", 0, 0, 10_000),
        order=_order(request, SORTS | {name: name for name in sortable}),
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


def _order(request: Request, sorts: dict[str, str]) -> Order:
    """``field``, ``field asc`` or ``field desc``, repeated; newest first when nothing is said."""
    order = []
    for text in request.query_params.getlist("sort"):
        field, _, direction = text.strip().partition(" ")
        if field not in sorts or direction.strip() not in {"", "asc", "desc"}:
            raise InvalidQueryParamError(
                f"sort takes one of {', '.join(sorted(sorts))}, followed by asc or desc."
            )
        order.append((sorts[field], direction.strip() == "desc"))
    return (*order, ("created_at", True), ("id", False))
