"""JSON Schemas of the wire's structs, under the names that clients know."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from connectory.api.openapi.names import ALIASES, PAGES
from connectory.api.openapi.operation import Paged
from connectory.api.openapi.renaming import REF, Schema, names_of, referring, renamed
from connectory.wire import Page

PAGED = "PagedQueryResponse"


class Schemas:
    """The schemas of these types, and every schema that they refer to as ``components``."""

    def __init__(self, types: Iterable[Any]) -> None:
        wanted = list(dict.fromkeys([*types, Page]))
        shown = [*(one.of if isinstance(one, Paged) else one for one in wanted), *ALIASES.values()]
        found, components = msgspec.json.schema_components(shown, ref_template=f"{REF}{{name}}")
        schemas, names = [_plain(one) for one in found], names_of(components)
        self._schemas: dict[Any, Schema] = {
            one: referring(schema, names) for one, schema in zip(wanted, schemas, strict=False)
        }
        aliases = dict(zip(ALIASES, schemas[len(wanted) :], strict=True))
        self.components = renamed(_plain(components), aliases, names)
        page = self.components.pop(Page.__name__)
        for one in wanted:
            if isinstance(one, Paged):
                self.components[_paged(one)] = _page_of(page, self._schemas[one], one)

    def of(self, shape: Any) -> Schema:
        """The schema of one of the types: a reference when it has a name."""
        if isinstance(shape, Paged):
            return {"$ref": f"{REF}{_paged(shape)}"}
        return dict(self._schemas[shape])


def _paged(shape: Paged) -> str:
    return f"{PAGES.get(shape.of, shape.of.__name__)}{PAGED}"


def _page_of(page: Schema, results: Schema, shape: Paged) -> Schema:
    items = {**page["properties"]["results"], "items": results}
    return {
        **page,
        "title": _paged(shape),
        "description": f"A page of {shape.of.__name__} resources.",
        "properties": {**page["properties"], "results": items},
    }


def _plain(schema: Any) -> Any:
    """Without what concerns only our own code, and with the type of an enumeration's values."""
    if isinstance(schema, list | tuple):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items()}
    if isinstance(text := plain.get("description"), str):
        plain["description"] = prose(text)
    if not plain.get("description", "there"):
        del plain["description"]
    if "enum" in plain and all(isinstance(one, str) for one in plain["enum"]):
        plain = {"type": "string", **plain}
    return plain


def prose(text: str) -> str:
    """A docstring for readers: code marks, no notes on where a rule is from."""
    known = re.sub(r" ?\((?:facts|corpus|types\.json)[^)]*\)|Facts [\d.]+[:.] ?", "", text)
    return " ".join(known.replace("``", "`").split())
