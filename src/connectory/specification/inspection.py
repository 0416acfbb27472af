"""Hold a document against a shape and collect every problem.

The order of problems and their wording are those of the official parser: the fields of a record
in the order of the schema, then its unknown keys, then its agreements; agreements are not asked
when a value they need has the wrong type or is missing.
"""

from difflib import get_close_matches

from connectory.specification.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    in_object_order,
    kind_of,
    text,
)
from connectory.specification.problem import Path, Problem, quoted
from connectory.specification.shapes import (
    Choice,
    Field,
    Items,
    Record,
    Shape,
    Text,
    Whole,
    plain_type,
)

LONGEST_LIST = 2_000
GUESSES = 20


def inspect(document: Node, shape: Shape) -> tuple[Problem, ...]:
    """Every problem of the document, in order; empty when it has the shape."""
    inspection = _Inspection()
    inspection.look(document, shape, ())
    return tuple(inspection.problems)


class _Inspection:
    """One walk over one document. Each method answers whether the value has the right type."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._guesses = 0

    def look(self, node: Node, shape: Shape, path: Path) -> bool:
        expected, received = plain_type(shape), kind_of(node)
        if expected != received:
            hint = _type_hint(expected, received)
            self._add(node, path, f"Expected {expected}, received {received}", hint)
            return False
        return self._inside(node, shape, path)

    def _inside(self, node: Node, shape: Shape, path: Path) -> bool:
        match shape, node:
            case Record(), Mapping():
                return self._record(node, shape, path)
            case Choice(), Mapping():
                return self._choice(node, shape, path)
            case Items(), Sequence():
                return self._items(node, shape, path)
            case Whole(), Scalar(value=int() | float() as number):
                self._whole(node, shape, path, number)
            case Text(), Scalar(value=str() as value):
                self._text(node, shape, path, value)
        return True

    def _record(self, node: Mapping, record: Record, path: Path) -> bool:
        sound = [self._field(node, field, path) for field in record.fields]
        self._unknown_keys(node, record, path)
        if not all(sound):
            return False
        for agreement in record.agreements:
            for found in agreement.findings(node):
                where = found.place
                problem = Problem(
                    path + found.path, found.message, where.line, where.column, found.hint
                )
                self.problems.append(problem)
        return True

    def _field(self, node: Mapping, field: Field, path: Path) -> bool:
        value = node.entries.get(field.name)
        if value is not None:
            return self.look(value, field.shape, (*path, field.name))
        if field.required:
            hint = f"Add '{field.name}': {field.meaning}"
            self._add(node, (*path, field.name), "Required", hint)
        return not field.required

    def _unknown_keys(self, node: Mapping, record: Record, path: Path) -> None:
        known = {field.name for field in record.fields}
        unknown = [key for key in in_object_order(node.entries) if key not in known]
        if not unknown:
            return
        place = node.keys[unknown[0]]
        names = quoted(", ".join(f"'{key}'" for key in unknown), LONGEST_LIST)
        message = f"Unrecognized key(s) in object: {names}"
        hint = self._guess(unknown[0], sorted(known - node.entries.keys()))
        hint = hint or f"{record.name} can have: {', '.join(f.name for f in record.fields)}."
        self.problems.append(Problem(path, message, place.line, place.column, hint))

    def _choice(self, node: Mapping, choice: Choice, path: Path) -> bool:
        chosen = node.entries.get(choice.discriminator)
        record = choice.records.get(text(chosen))
        if record is not None:
            return self._record(node, record, path)
        listed = " | ".join(f"'{value}'" for value in choice.listed)
        message = f"Invalid discriminator value. Expected {listed}"
        hint = self._guess(text(chosen), list(choice.records))
        message = choice.refused.get(text(chosen), message)
        self._add(chosen or node, (*path, choice.discriminator), message, hint)
        return False

    def _items(self, node: Sequence, shape: Items, path: Path) -> bool:
        if len(node.items) < shape.at_least:
            message = f"Array must contain at least {shape.at_least} element(s)"
            self._add(node, path, message)
        sound = [self.look(item, shape.of, (*path, index)) for index, item in enumerate(node.items)]
        return all(sound)

    def _whole(self, node: Scalar, shape: Whole, path: Path, number: float) -> None:
        if not isinstance(number, int):
            self._add(node, path, "Expected integer, received float")
        if number < shape.at_least:
            self._add(node, path, f"Number must be greater than or equal to {shape.at_least}")
        if number > shape.at_most:
            self._add(node, path, f"Number must be less than or equal to {shape.at_most}")

    def _text(self, node: Scalar, shape: Text, path: Path, value: str) -> None:
        for rule in shape.rules:
            message = rule.complaint(value)
            if message is not None:
                self._add(node, path, message, rule.hint or f"It must be {rule.says}.")

    def _add(self, node: Node, path: Path, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(path, message, node.place.line, node.place.column, hint))

    def _guess(self, word: str, known: list[str]) -> str | None:
        """What was probably meant. Comparing words is slow, so a hostile file gets few guesses."""
        self._guesses += 1
        if self._guesses > GUESSES or not 0 < len(word) < 64:
            return None
        by_lower = {name.lower(): name for name in known}
        close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
        return f"Did you mean '{by_lower[close[0]]}'?" if close else None


def _type_hint(expected: str, received: str) -> str | None:
    if expected == "string" and received in {"number", "boolean", "nan"}:
        return "Put the value in quotes."
    if received == "null":
        return "Give it a value, or leave the key out."
    if expected in {"number", "boolean"} and received == "string":
        return "Write the value without quotes."
    return None
