"""One address, one handler for each method: a wrong method names every right one."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Handler = Callable[[Request], Awaitable[Response]]


class Resource(Route):
    """A route that knows the handler of each method."""

    def __init__(self, path: str, handlers: Mapping[str, Handler]) -> None:
        self.handlers = dict(handlers)

        async def endpoint(request: Request) -> Response:
            request.scope["connectory.path"] = path
            method = "GET" if request.method == "HEAD" else request.method
            return await handlers[method](request)

        super().__init__(path, endpoint, methods=list(handlers))


def resource(path: str, **handlers: Handler) -> Resource:
    """A route for ``path``; ``handlers`` by method name (``GET=read``)."""
    return Resource(path, handlers)


def by_id_and_key(path: str, suffix: str = "", **handlers: Handler) -> list[Resource]:
    """The two addresses of a resource: ``{path}/key={key}`` and ``{path}/{ID}``."""
    return [
        resource(f"{path}/key={{key}}{suffix}", **handlers),
        resource(f"{path}/{{id}}{suffix}", **handlers),
    ]
