"""``/openapi.json`` and ``/docs``: the description for programs and for people."""

from functools import lru_cache

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import page_answer
from connectory.api.openapi.document import document
from connectory.api.openapi.operation import Access, Operation
from connectory.api.openapi.reading import chapters, entries
from connectory.api.openapi.renaming import Schema
from connectory.api.routing import resource
from connectory.wire import encode

HTML = "text/html"


@Operation(
    "getDescription",
    "This description, as OpenAPI 3.1",
    tag="Platform",
    access=Access.ANYONE,
)
async def description(request: Request) -> Response:
    return Response(_encoded(request.app), media_type="application/json")


@Operation(
    "readDescription",
    "This description, as a page to read",
    tag="Platform",
    access=Access.ANYONE,
    produces=HTML,
)
async def read(request: Request) -> Response:
    return page_answer(_rendered(request.app))


@lru_cache(maxsize=4)
def _encoded(app: Starlette) -> bytes:
    return encode(document(app.routes))


@lru_cache(maxsize=4)
def _rendered(app: Starlette) -> str:
    return render(document(app.routes))


def render(described: Schema) -> str:
    """An OpenAPI document as a page that needs neither a network nor scripts."""
    # loaded with the first page, for a fast start
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("connectory.api.openapi"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("page.html")
    return template.render(
        described=described, chapters=chapters(described), entries=entries(described)
    )


ROUTES = [resource("/openapi.json", GET=description), resource("/docs", GET=read)]
