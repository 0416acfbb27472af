"""The findings of a report as a reviewer reads them: what is excepted and why comes first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectory.findings.policy import Effect

Document = Mapping[str, Any]
MOST = 100
"""Findings on the page; the full report has them all."""


@dataclass(frozen=True)
class Findings:
    """``claims``: each exception of the creator with what it covers."""

    claims: tuple[tuple[Document, tuple[Document, ...]], ...]
    others: tuple[Document, ...]
    left_out: int


def of_report(report: Document) -> Findings:
    found: Sequence[Document] = report["findings"]
    covered = [one for one in found if one["effect"] == Effect.EXCEPTED]
    others = [one for one in found if one["effect"] != Effect.EXCEPTED]
    claims = tuple(
        (claim, tuple(one for one in covered if one.get("exception") == claim)[:MOST])
        for claim in report.get("exceptions", ())
    )
    return Findings(claims, tuple(others[:MOST]), max(0, len(others) - MOST))


def place(one: Document) -> str:
    """``path:line`` as far as they are known."""
    path, line = one.get("path"), one.get("line")
    if not path:
        return str(one.get("application") or "")
    return f"{path}:{line}" if line else str(path)
