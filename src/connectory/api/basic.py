"""People who send name and password with a request (HTTP Basic)."""

import base64
import binascii

from starlette.requests import Request

from connectory.api.auditing import correlation_of, record_sign_in
from connectory.api.context import Context, context
from connectory.auth.errors import TooManyTriesError
from connectory.auth.passwords import person_with_password
from connectory.auth.users import Person
from connectory.errors import AuthenticationError


def is_basic(request: Request) -> bool:
    """Whether this request says who it is by name and password."""
    return request.headers.get("authorization", "").partition(" ")[0].lower() == "basic"


async def person_with_basic(request: Request) -> Person:
    """Raises ``AuthenticationError``, ``TooManyTriesError``."""
    name, password = _given(request)
    if not name:
        raise AuthenticationError
    found = await person_trying(request, name, password)
    if found is None:
        await _tell(request, name)
        raise AuthenticationError
    return found


async def person_trying(request: Request, name: str, password: str) -> Person | None:
    """Whose password that is; wrong ones are limited. Raises ``TooManyTriesError``."""
    address = request.client.host if request.client else ""
    return await trying(context(request), name, password, address)


async def trying(context: Context, name: str, password: str, address: str) -> Person | None:
    """``person_trying``, for whoever asks from ``address``; pages and the API count together."""
    if not await context.tries.begin(name, address):
        raise TooManyTriesError
    found = await person_with_password(context.database, name, password)
    await (context.tries.failed(address) if found is None else context.tries.succeeded(name))
    return found


def _given(request: Request) -> tuple[str, str]:
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        text = base64.b64decode(encoded, validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    name, _, password = text.partition(":")
    return name, password


async def _tell(request: Request, name: str) -> None:
    correlation = correlation_of(request)
    await context(request).database.write(
        lambda c: record_sign_in(c, name, None, False, correlation)
    )
