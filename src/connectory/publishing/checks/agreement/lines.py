"""On which line something is written: in connect.yaml by its nodes, in package.json by its text."""

import re
from dataclasses import dataclass, field

from connectory.specification import SpecificationInvalid
from connectory.specification.nodes import Mapping, Node, child, items, text

FILE = "connect.yaml"
CONFIGURATION = ("standardConfiguration", "securedConfiguration")


@dataclass(frozen=True)
class Written:
    """connect.yaml as it is written. Whatever is not found is on no line."""

    root: Node | None = field(default=None, repr=False)

    def type_of(self, application: str) -> str:
        """The type by the name that the file gives it, ``mc-app`` included."""
        return text(child(self._application(application), "applicationType"))

    def line(self, application: str, *steps: str) -> int | None:
        """The line of a field's name; the line of the application's name without steps."""
        return _line(self._application(application), steps or ("name",))

    def key(self, application: str | None, key: str) -> int | None:
        """The line of a configuration key; of a shared one for no application."""
        inherited = child(self.root, "inheritAs", "configuration")
        own = child(self._application(application), "configuration") if application else inherited
        for entry in (one for kind in CONFIGURATION for one in items(child(own, kind))):
            if text(child(entry, "key")) == key:
                return _line(entry, ("key",))
        return None

    def scope(self, scope: str) -> int | None:
        """The line of a scope of the generated API client."""
        listed = items(child(self.root, "inheritAs", "apiClient", "scopes"))
        return next((one.place.line for one in listed if text(one) == scope), None)

    def _application(self, name: str | None) -> Node | None:
        listed = items(child(self.root, "deployAs"))
        return next((one for one in listed if text(child(one, "name")) == name), None)


def written(content: bytes | None) -> Written:
    # the YAML library takes a tenth of a second to load: not before the first file
    from connectory.specification.reading import read

    try:
        return Written(read(content)) if content is not None else Written()
    except SpecificationInvalid:
        return Written()


def _line(node: Node | None, steps: tuple[str, ...]) -> int | None:
    holder = child(node, *steps[:-1])
    place = holder.keys.get(steps[-1]) if isinstance(holder, Mapping) else None
    return place.line if place else None


def json_line(content: str, *names: str) -> int | None:
    """The line of a member of a JSON text, each of ``names`` looked for behind the one before."""
    at = 0
    for name in names:
        match = re.compile(f'"{re.escape(name)}"\\s*:').search(content, at)
        if match is None:
            return None
        at = match.start()
    return content.count("\n", 0, at) + 1
