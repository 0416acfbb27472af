"""The reference page of connect.yaml, rendered from the schema that checks the file."""

from collections.abc import Iterator

from connectory.specification import schema
from connectory.specification.anchors import MAX_ALIASES
from connectory.specification.merchant_center import CUSTOM_APPLICATION, CUSTOM_APPLICATION_ALIAS
from connectory.specification.reading import MAX_DEPTH, MAX_NODES
from connectory.specification.scanning import MAX_BYTES
from connectory.specification.shapes import (
    Agreement,
    Choice,
    Field,
    Flag,
    Items,
    Record,
    Shape,
    Text,
    Whole,
)

_INTRODUCTION = """\
# connect.yaml

This page is generated from the schema in `src/connectory/specification`; do not edit it. To write
it again: `python -m connectory.specification.reference > docs/reference/connect-yaml.md`.

One file named `connect.yaml` stands in the root of the repository and describes the applications
of the connector. It is YAML 1.2 in UTF-8. A key that is not listed here is refused."""

_SECTIONS = (
    ("## The file", schema.ROOT),
    ("## `inheritAs`", schema.INHERIT_AS),
    ("### `inheritAs.apiClient`", schema.API_CLIENT),
    ("## `configuration`", schema.CONFIGURATION),
    ("### An entry of `standardConfiguration`", schema.STANDARD_ENTRY),
    ("### An entry of `securedConfiguration`", schema.SECURED_ENTRY),
    ("## `scripts`", schema.SCRIPTS),
    ("## `properties` of a job", schema.JOB_PROPERTIES),
    ("## `healthCheck` of a service or an event application", schema.HEALTH_CHECK),
)
_RETRIES = (
    ("### With the strategy `immediate`", schema.IMMEDIATE),
    ("### With the strategy `exponential-backoff`", schema.EXPONENTIAL_BACKOFF),
)


def reference() -> str:
    """The page as Markdown, ending with one newline."""
    parts = [_INTRODUCTION, *_titled(_SECTIONS[:1]), *_applications(), *_titled(_SECTIONS[1:])]
    parts += ["## `retryPolicy` of an event application", *_titled(_RETRIES), _limits()]
    return "\n\n".join(parts) + "\n"


def _titled(sections: tuple[tuple[str, Record], ...]) -> Iterator[str]:
    for title, record in sections:
        yield title
        yield _table(record.fields)
        yield from _agreements(record.agreements)


def _table(fields: tuple[Field, ...]) -> str:
    head = "| key | required | value | meaning |\n|---|---|---|---|\n"
    rows = (
        f"| `{field.name}` | {'yes' if field.required else 'no'} | {_value(field.shape)} "
        f"| {field.meaning} |"
        for field in fields
    )
    return head + "\n".join(rows)


def _agreements(agreements: tuple[Agreement, ...]) -> Iterator[str]:
    if agreements:
        yield "\n".join(f"- {agreement.says}" for agreement in agreements)


def _value(shape: Shape) -> str:
    match shape:
        case Text(rules=rules):
            return "; ".join(["text", *(rule.says for rule in rules)])
        case Whole(at_least=least, at_most=most):
            return f"whole number, {least} to {most}"
        case Flag():
            return "`true` or `false`"
        case Items(at_least=0):
            return "list"
        case Items(at_least=least):
            return f"list of at least {least}; each {_value(shape.of)}"
        case Record() | Choice():
            return "mapping"


def _applications() -> Iterator[str]:
    yield "## An application in `deployAs`"
    yield _application_table()
    yield (
        f"`{CUSTOM_APPLICATION_ALIAS}` is an old name of `{CUSTOM_APPLICATION}` and still read as "
        "it. An application of any other type is refused."
    )
    yield _table(_every_field())
    yield "\n".join(
        f"- For `{type_}`: {agreement.says}"
        for type_, record in schema.APPLICATIONS.items()
        for agreement in record.agreements
    )


def _application_table() -> str:
    head = "| `applicationType` | required | optional |\n|---|---|---|\n"
    return head + "\n".join(
        f"| `{type_}` | {_names(record, required=True)} | {_names(record, required=False)} |"
        for type_, record in schema.APPLICATIONS.items()
    )


def _names(record: Record, *, required: bool) -> str:
    names = [f"`{field.name}`" for field in record.fields if field.required is required]
    return ", ".join(names) or "nothing else"


def _every_field() -> tuple[Field, ...]:
    fields = (field for record in schema.APPLICATIONS.values() for field in record.fields)
    return tuple({field.name: field for field in fields}.values())


def _limits() -> str:
    return f"""\
## Limits

| what | at most |
|---|---|
| size of the file | {MAX_BYTES // 1024} KiB |
| nesting | {MAX_DEPTH} levels |
| values, with every alias expanded | {MAX_NODES} |
| aliases of one anchor, multiplied by those inside it | {MAX_ALIASES - 1} |

A mapping must not repeat a key, and the file must hold one document."""


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference())
