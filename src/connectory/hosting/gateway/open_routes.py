"""The routes that answer now, found by port or by host name."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectory.hosting.routes import Route

Scope = Mapping[str, Any]


class OpenRoutes:
    """Changed and read on the home loop only."""

    def __init__(self, domain: str) -> None:
        self._domain = domain.strip(".").lower()
        self._by_port: dict[int, Route] = {}
        self._by_label: dict[str, Route] = {}

    def add(self, route: Route) -> None:
        self._by_label[route.label] = route
        if route.port is not None:
            self._by_port[route.port] = route

    def remove(self, route: Route) -> None:
        self._by_label.pop(route.label, None)
        if route.port is not None:
            self._by_port.pop(route.port, None)

    def of(self, deployment_id: str) -> tuple[Route, ...]:
        return tuple(one for one in self if one.deployment_id == deployment_id)

    def __iter__(self) -> Iterator[Route]:
        return iter(tuple(self._by_label.values()))

    def at_port(self, port: int) -> Route | None:
        return self._by_port.get(port)

    def at_host(self, scope: Scope) -> Route | None:
        """By the first label of the Host header, below the configured domain."""
        if not self._domain:
            return None
        host = _host(scope)
        label, _, rest = host.partition(".")
        below = rest == self._domain or rest.endswith(f".{self._domain}")
        return self._by_label.get(label) if below else None


def _host(scope: Scope) -> str:
    """The Host header in lower case without its port."""
    values = (value for name, value in scope["headers"] if name == b"host")
    host: bytes = next(values, b"")
    return host.decode("latin-1").partition(":")[0].rstrip(".").lower()
