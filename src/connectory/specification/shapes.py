"""The vocabulary a schema is written in: what a value may be, as data.

`inspection.py` holds a value against a shape; `reference.py` prints shapes as documentation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from connectory.specification.nodes import Mapping, Place
from connectory.specification.problem import Path


@dataclass(frozen=True, slots=True)
class TextRule:
    """One condition on a string.

    `complaint` answers with the message for a value that breaks it, else None. `says` is the rule
    as documentation states it.
    """

    says: str
    complaint: Callable[[str], str | None]
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A string that keeps every rule."""

    rules: tuple[TextRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds, both included."""

    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values of one shape."""

    of: "Shape"
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken agreement between fields: `path` is relative to the record that agrees."""

    message: str
    place: Place
    path: Path = ()
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A condition over several fields, asked only when each of them has the right type."""

    says: str
    findings: Callable[[Mapping], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record."""

    name: str
    shape: "Shape"
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with exactly these keys."""

    name: str
    fields: tuple[Field, ...]
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A mapping whose record is chosen by the value of one of its fields, the discriminator.

    `listed` are the values as the official parser lists them in its message; those without an
    entry in `records` have a complaint of their own in `refused`.
    """

    discriminator: str
    records: dict[str, Record]
    listed: tuple[str, ...]
    refused: dict[str, str]


Shape: TypeAlias = Text | Whole | Flag | Items | Record | Choice


def plain_type(shape: Shape) -> str:
    """The type a value of this shape must have, as messages call it."""
    names = {Text: "string", Whole: "number", Flag: "boolean", Items: "array"}
    return names.get(type(shape), "object")
