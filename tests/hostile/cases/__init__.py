"""Every case, by group: the table of the corpus."""

import pytest
from _pytest.mark import ParameterSet
from tests.hostile.case import Case
from tests.hostile.cases import (
    addresses,
    manifests,
    packages,
    programs,
    servers,
    sizes,
    sources,
    specifications,
    trees,
)

CASES: tuple[Case, ...] = tuple(
    case
    for part in (
        addresses, servers, trees, sizes, specifications, manifests, packages, programs, sources
    )
    for case in part.CASES
)  # fmt: skip


def of(*groups: str) -> dict[str, Case]:
    return {case.name: case for case in CASES if case.group in groups}


def parameters(cases: dict[str, Case]) -> list[ParameterSet]:
    """Their names; what is known to end otherwise must go on doing so until that is mended."""
    return [
        pytest.param(
            name,
            marks=pytest.mark.xfail(reason=case.weakness, strict=True) if case.weakness else (),
        )
        for name, case in cases.items()
    ]
