"""Where in a list somebody is. Pure."""

from typing import Final

from starlette.datastructures import QueryParams

FARTHEST: Final = 10_000
"""The farthest that the API pages."""


def offset_of(query: QueryParams) -> int:
    """How many of a list are before the page; none for what is no number."""
    text = query.get("offset", "")
    known = text.isascii() and text.isdecimal() and len(text) < 9
    return min(int(text), FARTHEST) if known else 0
