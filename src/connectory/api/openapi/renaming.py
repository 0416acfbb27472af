"""Schemas under the contract's names: see ``names`` for which."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connectory.api.openapi.names import NAMES, NEVER, SPLITS, STRICTER, schema_name

REF = "#/components/schemas/"

Schema = dict[str, Any]


def names_of(components: Iterable[str]) -> dict[str, str]:
    """What each component is called for clients, where that is something else.

    Of two structs with one name, both come with their modules before it: what is then the only one
    of its name, because the other has the contract's, is called by it alone.
    """
    kinds = (*NAMES, *STRICTER)
    ours = {name: schema_name(kind) for kind in kinds for name in (_full(kind), kind.__name__)}
    rest = {name: name.rpartition(".")[2] for name in components if name not in ours}
    once = {name: short for name, short in rest.items() if list(rest.values()).count(short) == 1}
    return ours | once


def _full(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def renamed(
    components: Mapping[str, Schema], aliases: Mapping[str, Schema], names: Mapping[str, str]
) -> dict[str, Schema]:
    """The components of our structs as those of the contract, by ``names``.

    ``aliases``: the schemas of the types in ``names.ALIASES``, as they stand where they are used.
    """
    dropped = {name for kind in STRICTER for name in (_full(kind), kind.__name__)}
    found = {
        names.get(name, name): _titled(referring(schema, names), names.get(name, name))
        for name, schema in components.items()
        if name not in dropped
    }
    for (owner, field), others in SPLITS.items():
        _split(found, owner, field, others)
    meant = {name: referring(schema, names) for name, schema in aliases.items()}
    named = {name: _aliased(schema, meant) for name, schema in found.items()}
    return dict(sorted((named | meant).items()))


def referring(schema: Any, names: Mapping[str, str]) -> Any:
    """The schema with its references by other names."""
    match schema:
        case dict():
            return {key: referring(value, names) for key, value in schema.items()}
        case list():
            return [referring(one, names) for one in schema]
        case str() if schema.startswith(REF):
            name = schema.removeprefix(REF)
            return f"{REF}{names.get(name, name)}"
    return schema


def _titled(schema: Schema, name: str) -> Schema:
    """Under its name, and with a description that does not begin by saying it."""
    text = re.sub(rf"^{name}( of the contract)?[.:] ?", "", schema.get("description", ""))
    rest = {key: value for key, value in schema.items() if key != "description"}
    said = {"description": text[0].upper() + text[1:]} if text else {}
    return {"title": name, **said} | rest | {"title": name}


def _split(found: dict[str, Schema], owner: str, field: str, names: Mapping[str, str]) -> None:
    """In this property, one struct is the contract's other type."""
    properties: Schema = found[owner]["properties"]
    changed = properties | {field: referring(properties[field], names)}
    found[owner] = found[owner] | {"properties": changed}
    for one, other in names.items():
        if other not in found:
            found[other] = _without(_titled(referring(found[one], names), other), NEVER.get(other))


def _without(schema: Schema, fields: tuple[str, ...] | None) -> Schema:
    if not fields:
        return schema
    kept = {name: one for name, one in schema["properties"].items() if name not in fields}
    return schema | {"properties": kept}


def _aliased(schema: Any, aliases: Mapping[str, Schema]) -> Any:
    """References instead of what the aliases stand for."""
    for name, meant in aliases.items():
        if schema == meant:
            return {"$ref": f"{REF}{name}"}
    if isinstance(schema, dict):
        return {key: _aliased(value, aliases) for key, value in schema.items()}
    return [_aliased(one, aliases) for one in schema] if isinstance(schema, list) else schema
