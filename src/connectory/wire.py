"""JSON to frozen structs and back: the shapes that travel.

Every struct of the wire is a ``Wire``: camelCase names, unknown fields refused, optional fields
left out when they are ``None``.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast, dataclass_transform

import msgspec

from connectory.errors import InvalidJsonInputError

T = TypeVar("T")

encode = msgspec.json.encode

END = r"$(?!\n)"
"""The end of a text in a pattern: Python's ``$`` alone would let a last newline through, which
ECMA 262's, the one of the contract's patterns, does not."""

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A number of the contract that a database is asked for: no column takes a larger one."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class WireMeta(msgspec.StructMeta):
    """Gives every struct of the wire the same options, for type checkers as well."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> Any:
        chosen: dict[str, Any] = {
            "frozen": True,
            "kw_only": True,
            "rename": "camel",
            "omit_defaults": True,
            "forbid_unknown_fields": True,
        }
        return super().__new__(cls, name, bases, namespace, **(chosen | options))


if TYPE_CHECKING:

    class Wire(metaclass=WireMeta):
        """A struct as it stands on the wire."""

else:
    # msgspec's own Struct would tell type checkers its options, not ours
    class Wire(msgspec.Struct, metaclass=WireMeta):
        """A struct as it stands on the wire."""


def replace(struct: T, **changes: Any) -> T:
    """A copy of ``struct`` with some fields changed."""
    return cast("T", msgspec.structs.replace(cast("msgspec.Struct", struct), **changes))


class Page(Wire):
    """A paged answer (facts 2.3). ``results`` are already encoded documents."""

    limit: int
    offset: int
    count: int
    total: int
    results: tuple[msgspec.Raw, ...]


def decode(body: bytes, shape: type[T]) -> T:
    """The body as ``shape``.

    Raises ``InvalidJsonInputError`` naming the field that is wrong.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise InvalidJsonInputError(f"{problem}") from None


def convert(value: Any, shape: type[T]) -> T:
    return msgspec.convert(value, type=shape)


def now() -> datetime:
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as the platform writes dates."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
