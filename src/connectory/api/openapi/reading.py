"""An OpenAPI document laid out for reading: chapters of operations, fields of schemas."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from connectory.api.openapi.renaming import REF, Schema


class Part(NamedTuple):
    """A piece of a type's name; ``schema`` names the entry that it leads to."""

    text: str
    schema: str | None = None


class Field(NamedTuple):
    """A parameter or a property. ``bounds`` say what is allowed beside the type."""

    name: str
    type: tuple[Part, ...]
    required: bool
    bounds: str
    meaning: str


class Answer(NamedTuple):
    status: str
    type: tuple[Part, ...]
    codes: tuple[Part, ...]


class Reading(NamedTuple):
    """One operation at one or two addresses."""

    id: str
    method: str
    paths: tuple[str, ...]
    summary: str
    description: str
    access: str
    scopes: tuple[str, ...]
    fields: tuple[Field, ...]
    body: tuple[Part, ...]
    example: str
    answers: tuple[Answer, ...]


class Chapter(NamedTuple):
    name: str
    meaning: str
    readings: tuple[Reading, ...]


class Entry(NamedTuple):
    """A schema: its fields, or what it may be."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    type: tuple[Part, ...]


def chapters(described: Schema) -> list[Chapter]:
    """The operations by tag, in the document's order; both addresses of a resource are one."""
    found: dict[str, dict[str, Reading]] = {tag["name"]: {} for tag in described["tags"]}
    for path, methods in described["paths"].items():
        for method, said in methods.items():
            readings = found[said["tags"][0]]
            id_ = said["operationId"].removesuffix("ByKey")
            known = readings.get(id_)
            paths = (path, *known.paths) if known else (path,)
            readings[id_] = _reading(id_, method, paths, said)
    return [
        Chapter(tag["name"], tag["description"], tuple(found[tag["name"]].values()))
        for tag in described["tags"]
    ]


def _reading(id_: str, method: str, paths: tuple[str, ...], said: Schema) -> Reading:
    contents = said.get("requestBody", {"content": {}})["content"]
    body: Schema = next(iter(contents.values()), {})
    example = body.get("example")
    return Reading(
        id=id_,
        method=method.upper(),
        paths=paths,
        summary=said["summary"],
        description=said.get("description", ""),
        access=next((name for one in said["security"] for name in one), ""),
        scopes=tuple(scope for one in said["security"] for scope in one.get("oauth2", ())),
        fields=tuple(_parameter(one) for one in said["parameters"]),
        body=named(body["schema"]) if body else (),
        example=json.dumps(example, indent=2) if example else "",
        answers=tuple(_answer(status, one) for status, one in said["responses"].items()),
    )


def _parameter(one: Schema) -> Field:
    return Field(
        one["name"],
        named(one["schema"]),
        one.get("required", False),
        bounds(one["schema"]),
        one["description"],
    )


def _answer(status: str, said: Schema) -> Answer:
    media, content = next(iter(said["content"].items()))
    schema = content.get("schema")
    if schema and "allOf" in schema:
        return Answer(status, (), named(schema["allOf"][1]["properties"]["errors"]["items"]))
    return Answer(status, named(schema) if schema else (Part(media),), ())


def entries(described: Schema) -> list[Entry]:
    """Every schema, by name."""
    schemas = described["components"]["schemas"]
    return [_entry(name, schemas[name]) for name in sorted(schemas)]


def _entry(name: str, schema: Schema) -> Entry:
    required = schema.get("required", ())
    fields = tuple(
        Field(each, named(one), each in required, bounds(one), one.get("description", ""))
        for each, one in schema.get("properties", {}).items()
    )
    return Entry(name, schema.get("description", ""), fields, () if fields else named(schema))


def named(schema: Schema) -> tuple[Part, ...]:
    """What a schema is, in a few words."""
    match schema:
        case {"$ref": str(ref)}:
            name = ref.removeprefix(REF)
            return (Part(name, name),)
        case {"anyOf": list(choices)}:
            return _joined([one for one in choices if one != {"type": "null"}])
        case {"type": "array", "items": dict(items)}:
            return (Part("list of "), *named(items))
        case _:
            return (Part(_word(schema)),)


def _word(schema: Schema) -> str:
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(one) for one in schema["enum"])
    return str(schema.get("type", "any JSON"))


def _joined(choices: list[Schema]) -> tuple[Part, ...]:
    parts = list[Part]()
    for one in choices:
        parts += ([Part(" | ")] if parts else []) + list(named(one))
    return tuple(parts)


BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "{} characters or more",
    "maxLength": "up to {} characters",
    "minItems": "{} or more",
    "maxItems": "up to {}",
    "pattern": "{}",
    "default": "default {}",
}


def bounds(schema: Schema) -> str:
    """What else a value must be."""
    return ", ".join(_bounds(schema))


def _bounds(schema: Schema) -> Iterator[str]:
    for name, words in BOUNDS.items():
        value: Any = schema.get(name)
        if value is not None:
            yield words.format(value if isinstance(value, str) else json.dumps(value))
    for one in schema.get("anyOf", ()):
        yield from _bounds(one)
    if isinstance(items := schema.get("items"), dict):
        yield from _bounds(items)
