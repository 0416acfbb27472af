"""What a request's header fields ask for. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping


def fields_of(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header fields by name in lower case; several of one name as one list."""
    found = dict[str, str]()
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def encoding_for(accepted: str, available: Collection[str]) -> str | None:
    """The first of ``available`` that ``Accept-Encoding`` allows; None for as it is."""
    weights = dict(_weights(accepted))
    rest = weights.get("*", 0.0)
    return next((one for one in available if weights.get(one, rest) > 0), None)


def is_known(fields: Mapping[str, str], tags: Collection[str], modified: str) -> bool:
    """Whether the client has it already, by what it says of what it has. ``tags`` are those of all
    encodings; one that differs in nothing else is as good."""
    said = fields.get("if-none-match")
    if said is not None:
        known = {one.strip().removeprefix("W/") for one in said.split(",")}
        return "*" in known or not known.isdisjoint(tags)
    # the same moment, not an earlier one: a rollback brings back what is older
    return fields.get("if-modified-since") == modified


def is_navigation(fields: Mapping[str, str], path: str) -> bool:
    """Whether somebody goes to an address of the page itself, rather than loading a file."""
    return "text/html" in fields.get("accept", "") and "." not in path.rpartition("/")[2]


def _weights(accepted: str) -> Iterator[tuple[str, float]]:
    for one in accepted.lower().split(","):
        name, _, options = one.partition(";")
        yield name.strip(), _weight(options)


def _weight(options: str) -> float:
    name, _, value = options.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
