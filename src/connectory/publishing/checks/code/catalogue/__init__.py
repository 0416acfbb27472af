"""Every kind of finding that code analysis makes, by the id of its patterns in ``rules``."""

from collections.abc import Mapping
from types import MappingProxyType

from connectory.publishing.checks.code.catalogue import bugs, cryptography, injection, smells, web
from connectory.publishing.checks.code.catalogue.kind import Kind

__all__ = ["KINDS", "Kind"]

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        each.id: each
        for each in (
            *injection.KINDS,
            *cryptography.KINDS,
            *web.KINDS,
            *bugs.KINDS,
            *smells.KINDS,
        )
    }
)
