"""Pages of short lists, which are read as a whole."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.context import query_int
from connectory.api.openapi import page_parameters
from connectory.wire import Page, encode

LIMIT_AND_OFFSET = page_parameters()[:2]


def limit_and_offset(request: Request) -> tuple[int, int]:
    limit = query_int(request, "limit", 20, 0, 500)
    return limit, query_int(request, "offset", 0, 0, 10_000)


def paged(request: Request, everything: Sequence[Any]) -> Response:
    """The page that the request asks for, of all there is."""
    limit, offset = limit_and_offset(request)
    return page_of(everything[offset : offset + limit], len(everything), limit, offset)


def page_of(shown: Sequence[Any], total: int, limit: int, offset: int) -> Response:
    results = tuple(msgspec.Raw(encode(one)) for one in shown)
    return answer(
        Page(limit=limit, offset=offset, count=len(results), total=total, results=results)
    )
