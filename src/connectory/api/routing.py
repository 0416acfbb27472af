"""One address, one handler for each method: a wrong method names every right one.

Addresses are told apart by their number of segments before any pattern is tried: a request is
compared with the few that can be meant, not with all.
"""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from connectory.errors import EndpointNotFoundError

Handler = Callable[[Request], Awaitable[Response]]
Values = dict[str, str]


class Resource:
    """An address, such as ``/connectors/{id}``, and the handler of each method."""

    def __init__(self, path: str, handlers: Mapping[str, Handler]) -> None:
        self.path = path
        self.handlers = dict(handlers)
        self._pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))

    @property
    def allowed(self) -> str:
        """The methods that are answered here, as the header ``Allow`` lists them."""
        return ", ".join((*self.handlers, "HEAD") if "GET" in self.handlers else self.handlers)

    def handler(self, method: str) -> Handler | None:
        return self.handlers.get("GET" if method == "HEAD" else method)

    def values(self, path: str) -> Values | None:
        """What stands in the place of each ``{name}``; None when the path is another one."""
        found = self._pattern.fullmatch(path)
        return found.groupdict() if found else None


class Addresses:
    """Every resource of an application. Where several fit a path, the first one is meant."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(resources)
        self._by_length: defaultdict[int, list[Resource]] = defaultdict(list)
        for one in self.resources:
            self._by_length[one.path.count("/")].append(one)

    def find(self, path: str, method: str) -> tuple[Resource, Values]:
        """The first resource at ``path`` that knows ``method``, else the first one there.

        Raises ``EndpointNotFoundError``.
        """
        other = None
        for one in self._by_length.get(path.count("/"), ()):
            values = one.values(path)
            if values is None:
                continue
            if one.handler(method):
                return one, values
            other = other or (one, values)
        if other is None:
            raise EndpointNotFoundError(path)
        return other


def resource(path: str, **handlers: Handler) -> Resource:
    """A resource at ``path``; ``handlers`` by method name (``GET=read``)."""
    return Resource(path, handlers)


def by_id_and_key(path: str, suffix: str = "", **handlers: Handler) -> list[Resource]:
    """The two addresses of a resource: ``{path}/key={key}`` and ``{path}/{ID}``."""
    return [
        resource(f"{path}/key={{key}}{suffix}", **handlers),
        resource(f"{path}/{{id}}{suffix}", **handlers),
    ]
