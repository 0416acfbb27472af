"""A YAML document as a tree that remembers where each value was written."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = "str | int | float | bool | Foreign | None"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A scalar of a YAML type that no field of connect.yaml has, such as a date."""

    kind: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value starts; both count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Scalar:
    """A string, number, boolean, null, or something foreign."""

    place: Place
    value: Value
    size: int = 1
    weight: int = 1


@dataclass(slots=True)
class Sequence:
    """A list. `size` counts nodes with aliases expanded; `weight` is explained in anchors.py."""

    place: Place
    items: list["Node"] = field(default_factory=list)
    size: int = 1
    weight: int = 0


@dataclass(slots=True)
class Mapping:
    """A mapping whose keys are text, as every key becomes in the object model of JSON."""

    place: Place
    entries: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    size: int = 1
    weight: int = 0


Node: TypeAlias = Scalar | Sequence | Mapping


def kind_of(node: Node) -> str:
    """The name of the node's type, as messages call it."""
    match node:
        case Mapping():
            return "object"
        case Sequence():
            return "array"
        case Scalar(value=value):
            return _scalar_kind(value)


def _scalar_kind(value: Value) -> str:
    if isinstance(value, Foreign):
        return value.kind
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if value == value else "nan"  # noqa: PLR0124 (only NaN differs from itself)


def child(node: Node | None, *steps: str) -> Node | None:
    """The node at the end of a path of mapping keys, or None when a step is missing."""
    for step in steps:
        node = node.entries.get(step) if isinstance(node, Mapping) else None
    return node


def items(node: Node | None) -> list[Node]:
    """The items of a list; none for anything else."""
    return node.items if isinstance(node, Sequence) else []


def text(node: Node | None) -> str:
    """The text of a string; empty for anything else."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""


def in_object_order(keys: Iterable[str]) -> list[str]:
    """Keys as JavaScript enumerates those of an object: whole numbers first, the rest as given."""
    given = list(keys)
    numbers = sorted(filter(_is_index, given), key=int)
    return numbers + [key for key in given if not _is_index(key)]


def _is_index(key: str) -> bool:
    whole = key.isascii() and key.isdigit() and len(key) <= 10 and (key == "0" or key[0] != "0")
    return whole and int(key) < 2**32 - 1


def is_true(node: Node | None) -> bool:
    """Whether the node is the boolean true."""
    return isinstance(node, Scalar) and node.value is True
