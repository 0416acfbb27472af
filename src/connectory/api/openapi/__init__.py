"""The API described by itself: OpenAPI 3.1 from the routes, their handlers and the wire's structs.

A handler declares what it takes and gives with ``@Operation``; everything else is read from the
code that serves requests, so the description cannot say something else than the program does.
"""

from connectory.api.openapi.operation import (
    FORM,
    Access,
    Operation,
    Paged,
    Query,
    declared,
    page_parameters,
)

__all__ = ["FORM", "Access", "Operation", "Paged", "Query", "declared", "page_parameters"]
