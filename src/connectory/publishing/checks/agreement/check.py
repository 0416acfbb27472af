"""The check ``specification``: what connect.yaml says, held against the code."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from connectory.findings import Examination, Finding, Rule
from connectory.publishing.checks.agreement import (
    committed,
    declared,
    endpoints,
    folders,
    keys,
    listening,
    lockfiles,
    modules,
    neighbours,
    node_versions,
    scripts,
    unbuilt,
)
from connectory.publishing.checks.agreement.application import ApplicationFiles, study
from connectory.publishing.checks.agreement.environment import Environment, environment
from connectory.publishing.checks.agreement.lines import FILE, written
from connectory.publishing.checks.candidate import Candidate, fingerprint
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.code import Match, Patterns, matches
from connectory.publishing.checks.code.engine import engine

NAME = "specification"
VERSION = 1
"""Raise it when the same files would be judged otherwise."""
MOST_APPLICATIONS = 100
MOST_FINDINGS = 100
"""Of one family in one application."""


@cache
def patterns() -> Patterns:
    return Patterns.read(Path(__file__).with_name("patterns.yml"))


class Agreement:
    """connect.yaml against the files of the commit."""

    name = NAME
    rules: tuple[Rule, ...] = (
        *folders.RULES,
        *scripts.RULES,
        *unbuilt.RULES,
        *lockfiles.RULES,
        *node_versions.RULES,
        *modules.RULES,
        *declared.RULES,
        *keys.RULES,
        *listening.RULES,
        *endpoints.RULES,
        *neighbours.RULES,
        *committed.RULES,
    )

    def reads(self, candidate: Candidate, bench: Bench) -> Any:  # noqa: ARG002 - what checks are given
        """All files: a rule may look at any of them."""
        return [VERSION, engine(), patterns().digest, fingerprint(candidate.files.values())]

    async def examine(self, candidate: Candidate, bench: Bench) -> Examination:
        applications = await asyncio.to_thread(_study, candidate)
        found = await matches(candidate, bench, patterns(), _selection(applications))
        findings = await asyncio.to_thread(_findings, candidate, applications, found)
        left_out = len(candidate.applications) - len(applications)
        note = f"{left_out} more applications were not looked at" if left_out else ""
        return Examination(NAME, findings=tuple(findings), note=note)


def _study(candidate: Candidate) -> tuple[ApplicationFiles, ...]:
    layout = written(candidate.read(FILE))
    examined = candidate.applications[:MOST_APPLICATIONS]
    return tuple(study(candidate, one, layout) for one in examined)


def _selection(applications: Sequence[ApplicationFiles]) -> Callable[[str], bool]:
    """Which files hold code of an application."""
    tops: dict[str, list[ApplicationFiles]] = {}
    for files in applications:
        for folder in files.folders:
            tops.setdefault(folder.split("/")[0], []).append(files)
    return lambda path: any(one.is_code(path) for one in tops.get(path.split("/")[0], ()))


def _findings(
    candidate: Candidate, applications: Sequence[ApplicationFiles], found: Sequence[Match]
) -> list[Finding]:
    layout = applications[0].written if applications else written(None)
    findings = [
        *_first(declared.findings(candidate.specification, layout)),
        *_first(committed.findings(candidate)),
    ]
    environments: list[tuple[ApplicationFiles, Environment]] = []
    for files in applications:
        own = [one for one in found if files.is_code(one.path)]
        known = environment(own, files.texts)
        environments.append((files, known))
        for family in (
            *_of_files(files),
            keys.findings(files, known, candidate.specification),
            listening.findings(files, own, known),
            modules.outside_imports(files, own),
            neighbours.findings(files, own),
        ):
            findings += _first(family)
    findings += _first(keys.shared_findings(candidate.specification, environments))
    return findings


def _of_files(files: ApplicationFiles) -> Iterator[Iterator[Finding]]:
    """What needs no look into the code's grammar."""
    yield folders.findings(files)
    yield scripts.findings(files)
    yield unbuilt.findings(files)
    yield lockfiles.findings(files)
    yield node_versions.findings(files)
    yield modules.missing_modules(files)
    yield endpoints.findings(files)


def _first(findings: Iterator[Finding]) -> Iterator[Finding]:
    """As many as anyone reads: a file can be made to hold a million flaws."""
    return islice(findings, MOST_FINDINGS)
