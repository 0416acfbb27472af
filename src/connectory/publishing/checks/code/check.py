"""The check ``code``: what is dangerous or broken in the code of the applications."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from connectory.findings import Examination, Finding, Rule, State
from connectory.publishing.checks.candidate import Candidate, fingerprint
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.code.catalogue import KINDS
from connectory.publishing.checks.code.credentials import looks_real
from connectory.publishing.checks.code.engine import Match, Patterns, Scan, engine, scan, subjects
from connectory.publishing.checks.code.running import TOO_MUCH
from connectory.publishing.checks.code.scope import analysed
from connectory.sandbox.output import printable

VERSION = 1
"""Raise it when the same matches lead to other findings."""
LONGEST_EVIDENCE = 200
LONGEST_NAME = 60
MOST_IN_A_FILE = 20
"""Findings of one rule. More of them tell nobody more."""


class CodeCheck:
    """Static analysis of JavaScript, TypeScript, Python and Java (facts 7.3, SAST)."""

    @property
    def name(self) -> str:
        return "code"

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(each.rule for each in KINDS.values())

    def reads(self, candidate: Candidate, bench: Bench) -> Any:  # noqa: ARG002
        files = fingerprint(subjects(candidate, analysed(candidate)))
        names = sorted(one.name for one in candidate.applications)
        return [VERSION, engine(), patterns().digest, names, files]

    async def examine(self, candidate: Candidate, bench: Bench) -> Examination:
        select = analysed(candidate)
        if not subjects(candidate, select):
            return Examination(self.name, State.SKIPPED, note="no code to analyse")
        found = await scan(candidate, bench, patterns(), select)
        spoiled = TOO_MUCH in found.unread.values()
        return Examination(
            self.name,
            State.NO_DATA if spoiled else State.EXAMINED,
            (*_findings(candidate, found), *_unread(candidate, found.unread)),
            note="some files could not be analysed" if spoiled else "",
            data=engine(),
        )


@cache
def patterns() -> Patterns:
    """The rules that ship with us."""
    folder = Path(__file__).parent / "rules"
    shared = folder / "utils.yml"
    return Patterns.read(*sorted({*folder.glob("*.yml")} - {shared}), shared=shared)


def _findings(candidate: Candidate, found: Scan) -> Iterator[Finding]:
    for match in _bounded(found.matches):
        if is_meant(match):
            yield _finding(candidate, match)


def is_meant(match: Match) -> bool:
    """Whether a match is what its rule is about, where a pattern alone cannot tell."""
    if match.rule == "hard-coded-credential":
        return looks_real(match.captures["VALUE"])
    return True


def _bounded(matches: Iterable[Match]) -> Iterator[Match]:
    """At most so many for each rule and file; those that are told of once, once."""
    seen: dict[tuple[str, str], int] = {}
    for match in matches:
        key = (match.path, match.rule)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= (1 if KINDS[match.rule].once else MOST_IN_A_FILE):
            yield match


def _finding(candidate: Candidate, match: Match) -> Finding:
    kind = KINDS[match.rule]
    captures = {name: _name(text) for name, text in match.captures.items()}
    return Finding(
        rule=kind.rule.name,
        severity=kind.rule.severity,
        what=kind.what.format_map(captures),
        application=candidate.application_of(match.path),
        path=match.path,
        line=match.line,
        about=captures.get("NAME", ""),
        evidence=_evidence(match.text) if kind.shown else "",
    )


def _unread(candidate: Candidate, unread: Mapping[str, str]) -> Iterator[Finding]:
    rule = KINDS["not-analysed"].rule
    for path, reason in unread.items():
        yield Finding(
            rule=rule.name,
            severity=rule.severity,
            what=f"The file was not analysed: {reason}.",
            application=candidate.application_of(path),
            path=path,
        )


def _name(text: str) -> str:
    """A piece of code as part of a sentence."""
    short = " ".join(printable(text.encode()).split()).strip("'\"")
    return short if len(short) <= LONGEST_NAME else f"{short[:LONGEST_NAME]}..."


def _evidence(text: str) -> str:
    return printable(text.strip().split("\n", maxsplit=1)[0].encode())[:LONGEST_EVIDENCE]
