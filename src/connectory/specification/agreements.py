"""Conditions between fields: unique names and keys, and a retry that does not shrink."""

from collections import Counter
from collections.abc import Iterable

from connectory.specification.nodes import (
    Mapping,
    Node,
    Scalar,
    child,
    in_object_order,
    items,
    text,
)
from connectory.specification.shapes import Agreement, Finding


def entries_of(configuration: Node | None) -> list[Node]:
    """The entries of a configuration, the standard ones first."""
    return items(child(configuration, "standardConfiguration")) + items(
        child(configuration, "securedConfiguration")
    )


def _repeated(nodes: list[Node]) -> dict[str, Node]:
    """The texts that occur more than once, in order of their second occurrence, and where."""
    seen: set[str] = set()
    repeated: dict[str, Node] = {}
    for node in nodes:
        if text(node) in seen:
            repeated.setdefault(text(node), node)
        seen.add(text(node))
    return repeated


def _keys(entries: list[Node]) -> list[Node]:
    return [key for entry in entries if (key := child(entry, "key")) is not None]


def _keys_once(configuration: Mapping) -> Iterable[Finding]:
    repeated = _repeated(_keys(entries_of(configuration)))
    if repeated:
        place = next(iter(repeated.values())).place
        yield Finding(f"Duplicate key found {', '.join(repeated)}", place)


def _names_once(root: Mapping) -> Iterable[Finding]:
    names = [name for app in items(child(root, "deployAs")) if (name := child(app, "name"))]
    repeated = _repeated(names)
    if repeated:
        # In the order of each name's first use, which is the order the official parser reports.
        first_uses = in_object_order(dict.fromkeys(map(text, names)))
        listed = [name for name in first_uses if name in repeated]
        place = repeated[listed[0]].place
        hint = "Each application has its own folder, so each needs its own name."
        yield Finding(f"Duplicate application name found: {','.join(listed)}", place, hint=hint)


def _global_keys_once(root: Mapping) -> Iterable[Finding]:
    inherited = _keys(entries_of(child(root, "inheritAs", "configuration")))
    applications = items(child(root, "deployAs"))
    own = [key for app in applications for key in _keys(entries_of(child(app, "configuration")))]
    count = Counter(map(text, [*own, *inherited]))
    repeated = {text(key): key for key in reversed(inherited) if count[text(key)] > 1}
    if repeated:
        listed = [name for name in dict.fromkeys(map(text, inherited)) if name in repeated]
        hint = "A key of inheritAs reaches every application; remove it from the application."
        place = repeated[listed[0]].place
        yield Finding(f"Duplicate global key found {', '.join(listed)}", place, hint=hint)


def _backoff_grows(policy: Mapping) -> Iterable[Finding]:
    least, most = policy.entries["minBackoffSeconds"], policy.entries["maxBackoffSeconds"]
    if _number(least) > _number(most):
        message = "minBackoffSeconds must be less than or equal to maxBackoffSeconds"
        yield Finding(message, least.place, ("minBackoffSeconds",))


def _number(node: Node) -> float:
    value = node.value if isinstance(node, Scalar) else 0
    return value if isinstance(value, int | float) else 0


KEYS_ONCE = Agreement(
    "No key twice in one configuration, standard and secured together.", _keys_once
)
NAMES_ONCE = Agreement("No two applications with the same name.", _names_once)
GLOBAL_KEYS_ONCE = Agreement(
    "No key of `inheritAs.configuration` again in an application.", _global_keys_once
)
BACKOFF_GROWS = Agreement("`minBackoffSeconds` not above `maxBackoffSeconds`.", _backoff_grows)
