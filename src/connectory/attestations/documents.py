"""JSON that means one thing only: read strictly, written in one way, named by its SHA-256."""

import hashlib
import json
from typing import Any, NoReturn, TypeVar

import msgspec

T = TypeVar("T")

LARGEST = 64 * 1024 * 1024
"""Bytes of a document: a bundle of ten applications with 3,000 packages each is a tenth of it."""


class Malformed(ValueError):  # noqa: N818 - says it better
    """The bytes are not the document they should be: why, in a few words."""


def decoded(data: bytes, shape: type[T]) -> T:
    """``data`` as ``shape``. Two readers never see two things in it: a key that stands twice, a
    number that JSON does not know and a field that nobody expects are refused.

    Raises ``Malformed``.
    """
    if len(data) > LARGEST:
        raise Malformed(f"it has more than {LARGEST >> 20} MiB")
    try:
        json.loads(data, object_pairs_hook=_once, parse_constant=_refused)
        return msgspec.json.decode(data, type=shape)
    except RecursionError:
        raise Malformed("it is nested too deep") from None
    except ValueError as problem:
        raise Malformed(_shown(str(problem))) from None


def canonical(document: Any) -> bytes:
    """The one form that is hashed and signed: keys sorted, no blanks, UTF-8."""
    return msgspec.json.encode(msgspec.to_builtins(document), order="sorted")


def digest(data: bytes) -> str:
    """``sha256:`` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def digest_of(document: Any) -> str:
    """The digest of a document's canonical form, however it was spaced and ordered."""
    return digest(canonical(document))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the key {_shown(repr(twice))} stands in it twice")
    return found


def _refused(name: str) -> NoReturn:
    raise Malformed(f"it holds {name}, which is no JSON")


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text)[:200]
