"""What names a finding for good, and what names a verdict: the same on every machine."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from connectory.findings.model import Finding

OUTSIDE_THE_TREE = frozenset({"secrets/in-history"})
"""Rules whose findings depend on how much of the history was fetched, not on the files alone."""


def fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """16 hexadecimal digits for each. They stay when lines move; equal findings of one file are
    counted in the order given."""
    seen: dict[str, int] = {}
    for one in findings:
        name = sealed([one.rule, one.application, one.path, one.about])[:16]
        number = seen[name] = seen.get(name, 0) + 1
        yield name if number == 1 else sealed([name, number])[:16]


def sealed(content: Any) -> str:
    """SHA-256 of plain data as JSON with sorted keys."""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def digest(version: str, stage: str, tree: str, checks: Sequence[Any], found: Sequence[Any]) -> str:
    """Over what was judged and what it led to: no time, no address, no evidence, no note."""
    content = [version, stage, tree, list(checks), list(found)]
    return f"sha256:{sealed(content)}"
