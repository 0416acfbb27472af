"""Errors that reach a client, and how they are rendered.

An error is one small class with a typed constructor that builds the message of the contract.
Its wire code is the class name less ``Error``; ``code`` names the exceptions. Several problems of
one request are raised together as an ``ExceptionGroup``.
"""

from collections.abc import Iterator
from typing import Any, ClassVar


class ConnectError(Exception):
    """Something the client must be told, as the contract's ``ErrorObject``.

    ``extra`` holds the additional fields the contract gives this code.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            cls.code = cls.__name__.removesuffix("Error")

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra

    def to_wire(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, **self.extra}


class InvalidTokenError(ConnectError):
    """The access token is missing, expired or not ours (facts 2.1: code ``invalid_token``)."""

    status = 401
    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__("invalid_token")


class AuthenticationError(ConnectError):
    status = 401
    code = "AuthenticationError"

    def __init__(self) -> None:
        super().__init__("Bad credentials or Client ID is not defined")


class AuthorizationError(ConnectError):
    status = 403
    code = "AuthorizationError"

    def __init__(self) -> None:
        super().__init__("Access denied")


class InvalidJsonInputError(ConnectError):
    """Malformed JSON, a wrong shape, or an update the resource cannot take now.

    ``detail`` names the field and the fix.
    """

    def __init__(self, detail: str) -> None:
        super().__init__("Request body does not contain valid JSON.", detailedErrorMessage=detail)


class InvalidPathParamError(ConnectError):
    def __init__(self, detail: str) -> None:
        super().__init__("Request path param is not valid", detailedErrorMessage=detail)


class InvalidQueryParamError(ConnectError):
    def __init__(self, detail: str) -> None:
        super().__init__("Request query param is not valid", detailedErrorMessage=detail)


class ResourceNotFoundError(ConnectError):
    status = 404

    def __init__(self, resource: str, *, id: str | None = None, key: str | None = None) -> None:  # noqa: A002
        super().__init__(f"{resource} with {identity(id, key)} does not exist")


class EndpointNotFoundError(ConnectError):
    """No such address, in the contract's shape: a framework's own page never leaks."""

    status = 404
    code = "ResourceNotFound"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no endpoint at {path}")


class MethodNotAllowedError(ConnectError):
    status = 405
    code = "MethodNotAllowed"

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"The method {method} is not allowed here. Allowed: {allowed}")


class ContentTooLargeError(ConnectError):
    status = 413
    code = "InvalidJsonInput"

    def __init__(self, limit: int) -> None:
        super().__init__(
            "Request body does not contain valid JSON.",
            detailedErrorMessage=f"The request body is larger than {limit} bytes.",
        )


class ConcurrentModificationError(ConnectError):
    status = 409

    def __init__(self, id: str, key: str | None, expected: int, current: int) -> None:  # noqa: A002
        super().__init__(
            f"Object {identity(id, key)} has a different version than expected. "
            f"Expected: {expected} - Actual: {current})",
            expectedVersion=expected,
            currentVersion=current,
        )


class DuplicateFieldError(ConnectError):
    def __init__(self, field: str, value: Any) -> None:
        super().__init__(
            f"A duplicate value {value} exists for field {field}.",
            field=field,
            duplicateValue=value,
        )


class FieldValueNotFoundError(ConnectError):
    def __init__(self, field: str, value: Any) -> None:
        super().__init__(
            f"The value {value} for the {field} field was not found", field=field, value=value
        )


class GeneralError(ConnectError):
    """Our own fault. The cause is in our log under the correlation id, never in the answer."""

    status = 500

    def __init__(self) -> None:
        super().__init__("Write operations are temporarily unavailable")


class BadGatewayError(ConnectError):
    status = 502

    def __init__(self, message: str) -> None:
        super().__init__(message)


def identity(id: str | None, key: str | None) -> str:  # noqa: A002
    """How the contract's messages name a resource: ``id=... or key=...``."""
    return f"id={id or 'null'} or key={key or 'null'}"


def flatten(error: Exception) -> Iterator[ConnectError]:
    """Every client error of a group, in order; raises what is not one."""
    if isinstance(error, ExceptionGroup):
        for one in error.exceptions:
            yield from flatten(one)
    elif isinstance(error, ConnectError):
        yield error
    else:
        raise error


def render(error: Exception) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to ``error``: ``{statusCode, message, errors[]}``.

    ``message`` is the first error's. A 401 repeats its code as ``error`` (facts 2.1).
    """
    errors = list(flatten(error))
    first = errors[0]
    body: dict[str, Any] = {
        "statusCode": first.status,
        "message": first.message,
        "errors": [one.to_wire() for one in errors],
    }
    if first.status == 401:
        body["error"] = first.code
    return first.status, body
