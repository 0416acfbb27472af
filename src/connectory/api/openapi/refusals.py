"""The errors an operation can answer with: what it declares, and what follows from its shape."""

import inspect
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from connectory.api.openapi.operation import FORM, Access, Operation
from connectory.api.openapi.renaming import REF, Schema
from connectory.api.openapi.schemas import prose
from connectory.auth.errors import TooManyTriesError
from connectory.errors import (
    AuthenticationError,
    AuthorizationError,
    ConcurrentModificationError,
    ConnectError,
    ContentTooLargeError,
    InvalidJsonInputError,
    InvalidPathParamError,
    InvalidQueryParamError,
    InvalidTokenError,
    ResourceNotFoundError,
)

RESPONSE, OBJECT = "ErrorResponse", "ErrorObject"
STAND_INS: dict[Any, Any] = {int: 1, bool: True}
TYPES: dict[type, Schema] = {
    int: {"type": "integer"},
    str: {"type": "string"},
    list: {"type": "array"},
}

Errors = tuple[type[ConnectError], ...]


def errors_of(operation: Operation, path: Iterable[str]) -> Errors:
    """Every error this operation, at an address with these parameters, may answer with."""
    named = {"id", "key"} & set(path)
    follow: list[tuple[object, Errors]] = [
        (operation.access in {Access.TOKEN, Access.PERSON}, (InvalidTokenError,)),
        (operation.access is Access.PERSON, (AuthenticationError, TooManyTriesError)),
        (operation.scopes, (AuthorizationError,)),
        (named, (InvalidPathParamError, ResourceNotFoundError)),
        (operation.query, (InvalidQueryParamError,)),
        (operation.request, (ContentTooLargeError,)),
        (operation.request and operation.consumes != FORM, (InvalidJsonInputError,)),
        (_has_version(operation.request), (ConcurrentModificationError,)),
    ]
    found = [error for holds, errors in follow if holds for error in errors]
    own = [error for one in operation.errors for error in _members(one)]
    return tuple(dict.fromkeys([*found, *own]))


def _members(one: type[ConnectError] | ModuleType) -> list[type[ConnectError]]:
    if not isinstance(one, ModuleType):
        return [one]
    known = [kind for kind in vars(one).values() if inspect.isclass(kind)]
    return [
        kind for kind in known if issubclass(kind, ConnectError) and kind.__module__ == one.__name__
    ]


def _has_version(request: Any) -> bool:
    return "version" in getattr(request, "__struct_fields__", ())


def responses(errors: Errors) -> dict[str, Schema]:
    """Error answers by status, each naming the codes it may carry."""
    statuses = defaultdict[int, list[type[ConnectError]]](list)
    for error in errors:
        statuses[error.status].append(error)
    return {str(status): _response(each) for status, each in sorted(statuses.items())}


def _response(errors: list[type[ConnectError]]) -> Schema:
    codes = list(dict.fromkeys(error.code for error in errors))
    one_of = [{"$ref": f"{REF}{name}"} for name in dict.fromkeys(map(component, errors))]
    listed = {"type": "object", "properties": {"errors": {"items": {"anyOf": one_of}}}}
    schema = {"allOf": [{"$ref": f"{REF}{RESPONSE}"}, listed]}
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {"application/json": {"schema": schema}},
    }


def component(error: type[ConnectError]) -> str:
    """The name of an error's schema: one for each code."""
    words = error.code.removesuffix("Error").split("_")
    return "".join(word[0].upper() + word[1:] for word in words) + "Error"


def components(errors: Iterable[type[ConnectError]]) -> dict[str, Schema]:
    """``ErrorResponse``, what its errors have in common, and the schema of each error."""
    first: dict[str, type[ConnectError]] = {}
    for error in errors:
        first.setdefault(component(error), error)
    each = {name: _error(one) for name, one in sorted(first.items())}
    return {RESPONSE: ERROR_RESPONSE, OBJECT: ERROR_OBJECT, **each}


ERROR_RESPONSE: Schema = {
    "type": "object",
    "description": "What went wrong. `message` is the first error's; a 401 repeats its code as "
    "`error`, as OAuth 2.0 clients expect.",
    "properties": {
        "statusCode": {"type": "integer"},
        "message": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": f"{REF}{OBJECT}"}, "minItems": 1},
        "error": {"type": "string"},
        "error_description": {"type": "string"},
    },
    "required": ["statusCode", "message", "errors"],
}


ERROR_OBJECT: Schema = {
    "type": "object",
    "description": "What every error has; some have further fields.",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}


def _error(error: type[ConnectError]) -> Schema:
    """An error's fields, read off an error made for the purpose."""
    made = _example(error)
    meaning = prose(error.__dict__.get("__doc__") or "")
    return {
        "type": "object",
        **({"description": meaning} if meaning else {}),
        "properties": {
            "code": {"const": error.code},
            "message": {"type": "string"},
            **_fields(made.extra),
        },
        "required": ["code", "message"],
    }


def _fields(extra: Mapping[str, Any]) -> dict[str, Schema]:
    return {name: TYPES.get(type(value), {}) for name, value in extra.items()}


def _example(error: type[ConnectError]) -> ConnectError:
    build: Any = error
    arguments = inspect.signature(error).parameters.values()
    return build(**{one.name: _stand_in(one.annotation) for one in arguments})  # type: ignore[no-any-return]


def _stand_in(annotation: Any) -> Any:
    """A value of the kind an error's constructor takes; for any kind, one that fits no type."""
    if annotation is Any:
        return None
    origin = getattr(annotation, "__origin__", annotation)
    if origin in {list, tuple}:
        return origin(["x"])
    return STAND_INS.get(annotation, "x")
