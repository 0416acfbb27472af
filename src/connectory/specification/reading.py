"""From the text of a connect.yaml to a tree of nodes with positions.

A file may be hostile. Its size, its depth, and the number of its nodes with every alias expanded
are bounded, so that reading and checking stay bounded too.
"""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from connectory.specification.anchors import Anchor
from connectory.specification.nodes import Mapping, Node, Place, Scalar, Sequence, kind_of
from connectory.specification.problem import Problem, SpecificationInvalid, quoted
from connectory.specification.scalars import YAML_1_1, YAML_1_2, Form, as_key, resolve
from connectory.specification.scanning import decode, events, shown

MAX_DEPTH = 64
MAX_NODES = 100_000


def read(content: bytes | str) -> Node:
    """The one document of the file; an empty file is null.

    Raises SpecificationInvalid if it is not YAML, holds several documents, repeats a key of a
    mapping, names an unknown anchor, or breaks a limit.
    """
    return _Composition(events(decode(content))).document()


class _Composition:
    """Builds the tree from events; one use."""

    def __init__(self, stream: Iterator[Any]) -> None:
        self._stream = stream
        self._forms: tuple[Form, ...] = YAML_1_2
        self._anchors: dict[str, Anchor] = {}
        self._problems: list[Problem] = []
        self._seen = 0

    def document(self) -> Node:
        next(self._stream)  # the start of the stream
        start = next(self._stream)
        if isinstance(start, StreamEndEvent):
            return Scalar(Place(1, 1), None)
        if start.version is not None and tuple(start.version) == (1, 1):
            self._forms = YAML_1_1
        root = self._node(next(self._stream), 0)
        self._finish()
        return root

    def _finish(self) -> None:
        next(self._stream)  # the end of the document
        following = next(self._stream)
        if isinstance(following, DocumentStartEvent):
            self._note("Source contains multiple documents", _place(following))
        if self._problems:
            raise SpecificationInvalid(tuple(self._problems))

    def _node(self, event: Any, depth: int) -> Node:
        place = _place(event)
        self._seen += 1
        if depth > MAX_DEPTH:
            raise _refused(f"The file is nested more than {MAX_DEPTH} levels deep", place)
        if self._seen > MAX_NODES:
            raise _refused(f"The file has more than {MAX_NODES} values", place)
        if isinstance(event, AliasEvent):
            return self._alias(event, place)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, place, depth)
        return self._mapping(event, place, depth)

    def _scalar(self, event: Any, place: Place) -> Scalar:
        written, tag = shown(event.value), event.tag
        plain = event.style is None or event.style == ""
        scalar = Scalar(place, resolve(written, tag, plain=plain, forms=self._forms))
        self._name(event, scalar)
        return scalar

    def _sequence(self, event: Any, place: Place, depth: int) -> Node:
        sequence = Sequence(place)
        self._name(event, sequence)
        while not isinstance(following := next(self._stream), SequenceEndEvent):
            item = self._node(following, depth + 1)
            sequence.items.append(item)
            self._grow(sequence, item, following)
        return sequence

    def _mapping(self, event: Any, place: Place, depth: int) -> Node:
        mapping = Mapping(place)
        self._name(event, mapping)
        written: set[tuple[str, object]] = set()
        while not isinstance(following := next(self._stream), MappingEndEvent):
            key = self._node(following, depth + 1)
            self._refuse_repetition(key, following, written)
            value_event = next(self._stream)
            value = self._node(value_event, depth + 1)
            name = as_key(key.value) if isinstance(key, Scalar) else f"({kind_of(key)})"
            mapping.entries[name] = value
            mapping.keys[name] = _place(following)
            self._grow(mapping, key, following)
            self._grow(mapping, value, value_event)
        return mapping

    def _refuse_repetition(self, key: Node, event: Any, written: set[tuple[str, object]]) -> None:
        if not isinstance(key, Scalar) or isinstance(event, AliasEvent):
            return
        identity = (kind_of(key), key.value)
        if identity in written:
            name = quoted(as_key(key.value))
            hint = f"'{name}' is written twice in the same mapping; keep one of them."
            self._note("Map keys must be unique", _place(event), hint)
        written.add(identity)

    def _alias(self, event: Any, place: Place) -> Node:
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            name = quoted(shown(event.anchor))
            said = f"Unresolved alias (the anchor must be set before the alias): {name}"
            raise _refused(said, place, "A value that starts with '*' must be in quotes.")
        if not anchor.use():
            raise _refused("Excessive alias count indicates a resource exhaustion attack", place)
        return anchor.node

    def _grow(self, parent: Sequence | Mapping, node: Node, event: Any) -> None:
        """Count a child with its aliases expanded; only these counts bound the checks."""
        weight = node.weight
        if isinstance(event, AliasEvent):
            weight = self._anchors[event.anchor].weight()
        parent.weight = max(parent.weight, weight)
        parent.size += node.size
        if parent.size > MAX_NODES:
            raise _refused(f"The file has more than {MAX_NODES} values", _place(event))

    def _name(self, event: Any, node: Node) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = Anchor(node)

    def _note(self, message: str, place: Place, hint: str | None = None) -> None:
        said = f"{message} at line {place.line}, column {place.column}"
        self._problems.append(Problem((), said, place.line, place.column, hint))


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _refused(message: str, place: Place, hint: str | None = None) -> SpecificationInvalid:
    return SpecificationInvalid((Problem((), message, place.line, place.column, hint),))
