"""Every lockfile against the local copy of advisories. Nothing is asked of any network."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from connectory.advisories import Advisories, AdvisoriesUnreadable, Status
from connectory.findings import Examination, Finding, Rule, State
from connectory.publishing.checks.candidate import Candidate, fingerprint
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.dependencies import lockfiles, origins, rules
from connectory.publishing.checks.dependencies.graph import Graph
from connectory.publishing.checks.dependencies.lockfiles import Lock, Unreadable
from connectory.publishing.checks.dependencies.matching import Known, matches, names
from connectory.publishing.checks.dependencies.places import (
    Place,
    Places,
    manifests,
    places,
    read_by,
)
from connectory.publishing.checks.dependencies.telling import Subject, vulnerable
from connectory.settings import Settings
from connectory.toolchains.managers import Kind

VERSION = 1
OLD = timedelta(days=30)
MOST_FINDINGS = 2_000
"""In one lockfile: nobody reads more, and whoever has so many is stopped by the first."""
COMMAND = "connectory advisories update"


@dataclass(frozen=True)
class Judged:
    """What was found in all lockfiles, and what could not be judged."""

    findings: tuple[Finding, ...]
    gaps: tuple[str, ...]


class Dependencies:
    """The check ``dependencies``."""

    name = "dependencies"
    rules: tuple[Rule, ...] = rules.ALL

    def reads(self, candidate: Candidate, bench: Bench) -> Any:
        status = _status(bench.settings)
        applications = [(one.name, one.type) for one in candidate.applications]
        data = (status.digest, _is_old(status)) if status else None
        hosts = sorted(_hosts(bench.settings))
        return [VERSION, fingerprint(read_by(candidate)), applications, data, hosts]

    async def examine(self, candidate: Candidate, bench: Bench) -> Examination:
        return await asyncio.to_thread(_examine, candidate, bench.settings)


def advisories_of(settings: Settings) -> Advisories:
    """The local copy that this platform judges by."""
    return Advisories(settings.advisory_directory)


def subjects(candidate: Candidate, there: Places) -> Iterator[Subject | Finding]:
    """Each lockfile, read; a finding in place of one that cannot be."""
    for place in there.all:
        data = candidate.read(place.path)
        try:
            lock = _read(candidate, place, data, there.packages)
        except Unreadable as problem:
            yield _unreadable(candidate, place, str(problem))
            continue
        held = data or b""
        text = held.decode("utf-8", "replace")
        yield Subject(Graph(place, lock), _kind(place, held), text, _owner(candidate, place))


def _read(candidate: Candidate, place: Place, data: bytes | None, packages: Iterable[str]) -> Lock:
    if data is None:
        raise Unreadable("it is a link, or too large")
    return lockfiles.read(place.name, data, manifests(candidate, place, packages))


def known_to(advisories: Advisories, found: Iterable[Subject]) -> Known:
    """All advisories about any package of these lockfiles. Raises ``AdvisoriesUnreadable``."""
    wanted: dict[str, set[str]] = {}
    for subject in found:
        for ecosystem, each in names(subject.graph.lock).items():
            wanted.setdefault(ecosystem, set()).update(each)
    return {name: advisories.about(name, sorted(each)) for name, each in wanted.items()}


def _examine(candidate: Candidate, settings: Settings) -> Examination:
    there = places(candidate)
    if not there.all and not there.missing:
        return Examination("dependencies", State.SKIPPED, note="There is no lockfile.")
    status = _status(settings)
    judged = _judge(candidate, there, settings, status)
    notes = [*judged.gaps, *_age(status)]
    state = State.NO_DATA if judged.gaps else State.EXAMINED
    note = " ".join(notes)
    data = status.digest if status else ""
    return Examination("dependencies", state, judged.findings, note, data)


def _judge(
    candidate: Candidate, there: Places, settings: Settings, status: Status | None
) -> Judged:
    read = list(subjects(candidate, there))
    readable = [one for one in read if isinstance(one, Subject)]
    known = known_to(advisories_of(settings), readable) if status else {}
    findings = [one for one in read if isinstance(one, Finding)]
    for subject in readable:
        found = islice(matches(subject.graph.lock, known), MOST_FINDINGS)
        findings += (vulnerable(match, subject) for match in found)
        findings += origins.findings(subject, _hosts(settings))
    gaps = (*_without(there, readable, status), *(f"{one.path} cannot be read." for one in read
                                                 if isinstance(one, Finding)))  # fmt: skip
    return Judged(tuple(findings), gaps)


def _without(there: Places, readable: Iterable[Subject], status: Status | None) -> Iterator[str]:
    """What cannot be judged for want of data. It is never said to be clean."""
    held = status.ecosystems if status else {}
    locks = [subject.graph.lock for subject in readable]
    wanted = {name for lock in locks for name in names(lock)}
    if lacking := sorted(wanted - set(held)):
        yield f"There are no advisories for {', '.join(lacking)} here: run {COMMAND}."
    for name in there.missing:
        yield f"{name} has no lockfile, so nobody can say what it is installed with."
    if unknown := sum(lock.unknown for lock in locks):
        yield f"The version of {unknown} packages is not written down."
    if there.left_out:
        yield f"{there.left_out} lockfiles more than are looked at were left out."


def _status(settings: Settings) -> Status | None:
    """None when there is no copy that can be read."""
    try:
        found = advisories_of(settings).status()
    except AdvisoriesUnreadable:
        return None
    return found if found.present else None


def _is_old(status: Status) -> bool:
    oldest = (datetime.now(UTC) - OLD).strftime("%Y-%m-%d")
    return status.newest[:10] < oldest


def _age(status: Status | None) -> Iterator[str]:
    """In dates, not days: what is said of the same data stays the same."""
    if status is not None and _is_old(status):
        yield f"The newest advisory here is of {status.newest[:10]}: run {COMMAND}."


def _hosts(settings: Settings) -> frozenset[str]:
    registry = urlsplit(settings.npm_registry).hostname
    return frozenset((*settings.registry_hosts, *((registry,) if registry else ())))


def _kind(place: Place, data: bytes) -> Kind:
    if place.name == "pnpm-lock.yaml":
        return Kind.PNPM
    if place.name == "yarn.lock":
        return Kind.BERRY if b"\n__metadata:" in data[:4096] else Kind.YARN
    return Kind.NPM


def _owner(candidate: Candidate, place: Place) -> str | None:
    """The application a lockfile is about; None for what several share, or nobody uses."""
    return place.users[0] if len(place.users) == 1 else candidate.application_of(place.path)


def _unreadable(candidate: Candidate, place: Place, why: str) -> Finding:
    return Finding(
        rule=rules.UNREADABLE.name,
        severity=rules.UNREADABLE.severity,
        what=f"{place.path} cannot be read: {why}",
        application=_owner(candidate, place),
        path=place.path,
        shipped=bool(place.users),
    )
