"""A vulnerable package as a finding: what it is, how it got here, what to do."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from connectory.advisories import Rating
from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.dependencies import rules
from connectory.publishing.checks.dependencies.graph import Graph
from connectory.publishing.checks.dependencies.lockfiles import Package
from connectory.publishing.checks.dependencies.matching import Match
from connectory.publishing.checks.dependencies.remedy import (
    Remedy,
    Way,
    install,
    nearest,
    override,
    remedy,
)
from connectory.toolchains.managers import Kind

SEVERITIES = {Rating.CRITICAL: Severity.CRITICAL, Rating.HIGH: Severity.HIGH}
SEVERITIES |= {Rating.LOW: Severity.LOW}
SHOWN_NAME = 100
LARGEST_SEARCHED = 8 << 20


@dataclass(frozen=True)
class Subject:
    """A lockfile that is judged: its graph, its text, and whose it is."""

    graph: Graph
    kind: Kind
    text: str
    owner: str | None

    def line(self, package: Package) -> int | None:
        small = len(self.text) <= LARGEST_SEARCHED
        return line_of(self.text, package.mark) if package.mark and small else None


def vulnerable(match: Match, subject: Subject) -> Finding:
    graph = subject.graph
    key = nearest(match, graph)
    rule = _rule(match, graph)
    advisory = match.advisory
    evidence = (f"{_way(graph, key, subject.owner)}", advisory.url)
    return Finding(
        rule=rule.name,
        severity=_severity(match, rule),
        what=_what(match, rule),
        application=subject.owner,
        path=graph.place.path,
        line=subject.line(graph.lock.packages[key]),
        about=f"{shown(match.name)}@{shown(match.version)} {advisory.id}",
        fix="" if rule is rules.MALICIOUS else _fix(match, graph, subject.kind),
        evidence="\n".join((*evidence, *((graph.place.why,) if graph.place.why else ()))),
        # What is malicious strikes where it is installed, whoever asked for it.
        shipped=rule is rules.MALICIOUS or any(graph.is_shipped(one) for one in match.keys),
    )


def shown(text: str) -> str:
    """A stranger's word, on one line and not too long."""
    plain = "".join(one if one.isprintable() else "?" for one in text)
    return plain if len(plain) <= SHOWN_NAME else plain[: SHOWN_NAME - 1] + "…"


@lru_cache(maxsize=4_096)
def line_of(text: str, mark: str) -> int | None:
    """The line a mark first stands on; ``\\n*`` in it stands for any blanks."""
    if "\n*" in mark:
        pattern = r"\s+".join(re.escape(part) for part in mark.split("\n*"))
        match = re.search(pattern, text)
        at = match.start() if match else -1
    else:
        at = text.find(mark)
        # Some names are in quotation marks, at the beginning of a line.
        at = text.find(mark.replace("\n", '\n"', 1)) if at < 0 else at
    return None if at < 0 else text.count("\n", 0, at) + 1 + mark.startswith("\n")


def _rule(match: Match, graph: Graph) -> Rule:
    used = bool(graph.place.users) and any(graph.is_used(key) for key in match.keys)
    if not used:
        return rules.ELSEWHERE
    if match.advisory.malicious:
        return rules.MALICIOUS
    return rules.VULNERABLE if match.fixed else rules.UNFIXED


def _severity(match: Match, rule: Rule) -> Severity:
    if match.advisory.malicious:
        return rules.MALICIOUS.severity if rule is rules.MALICIOUS else Severity.CRITICAL
    return SEVERITIES.get(match.advisory.rating, Severity.MEDIUM)


def _what(match: Match, rule: Rule) -> str:
    advisory = match.advisory
    name = f"{shown(match.name)} {shown(match.version)}"
    ids = ", ".join(advisory.names[:3])
    if rule is rules.MALICIOUS:
        return f"{name} is malicious ({ids})"
    said = advisory.summary or "a known vulnerability"
    return f"{name}: {said} ({ids}), {f'fixed in {match.fixed}' if match.fixed else 'not fixed'}"


def _way(graph: Graph, key: str, owner: str | None) -> str:
    """``processor > express 4.16.0 > qs 6.5.1``."""
    way = graph.way(key)
    folder = graph.place.folder
    top = (way[0].importer if way else "") or owner or folder or "the repository's root"
    steps = [_step(graph, step.wish.key) for step in way] or [_step(graph, key)]
    if graph.depth(key) > len(way):
        steps.insert(1, "…")
    return " > ".join((shown(top), *(step for step in steps if step)))


def _step(graph: Graph, key: str) -> str:
    package = graph.lock.packages.get(key)
    return shown(f"{package.name} {package.version}".strip()) if package else ""


def _fix(match: Match, graph: Graph, kind: Kind) -> str:
    if match.clean is None:
        return ""
    found = remedy(match, graph, kind)
    if found is None:
        return f"Raise {match.name} to {match.clean} or later and write {graph.place.path} anew."
    return " ".join(_sentences(found, graph, nearest(match, graph)))


def _sentences(found: Remedy, graph: Graph, key: str) -> Iterator[str]:
    place = found.folder or "the repository's root"
    if found.way is Way.RAISE:
        yield f'Ask for "{found.name}": "^{found.version}" in {found.path}'
        yield f"and run {install(found.kind)} in {place}."
    elif found.way is Way.UPDATE:
        yield f"What asks for it takes {found.version} too:"
        yield f"run npm update {found.name} in {place}."
    else:
        parent = _step(graph, graph.way(key)[0].wish.key) if graph.way(key) else "what brings it"
        yield f"Raise {parent} to a version that brings a fixed {found.name}, or add"
        yield f"{json.dumps(override(found))[1:-1]} to {found.path}"
        yield f"and run {install(found.kind)} in {place}."
    if found.major and found.way is not Way.UPDATE:
        yield f"Version {found.version} may break its users: see what it changed, and test."
