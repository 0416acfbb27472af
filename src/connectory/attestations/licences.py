"""A licence as CycloneDX writes it: an SPDX expression where it is one, else a name."""

from functools import lru_cache
from typing import Any

LONGEST = 200


@lru_cache(maxsize=1_024)
def stated_as(licence: str) -> dict[str, Any]:
    """One entry of ``licenses``."""
    from license_expression import ExpressionError  # type: ignore[import-untyped]

    try:
        known = _licensing().parse(licence, validate=True)
    except (ExpressionError, RecursionError, ValueError):
        known = None
    if known is None:
        return {"license": {"name": licence[:LONGEST]}}
    return {"expression": str(known)}


@lru_cache(maxsize=1)
def _licensing() -> Any:
    # Loading the list of licences takes longer than writing a whole bill of materials.
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()
