"""Mending vulnerable dependencies: what to write, and what to run so that lockfiles follow."""

import posixpath
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from connectory.advisories import Advisories
from connectory.publishing.checks.candidate import Candidate
from connectory.publishing.checks.dependencies.check import known_to, subjects
from connectory.publishing.checks.dependencies.editing import changed
from connectory.publishing.checks.dependencies.matching import Known, Match, matches
from connectory.publishing.checks.dependencies.places import places
from connectory.publishing.checks.dependencies.remedy import Remedy, Way, nearest, remedy
from connectory.publishing.checks.dependencies.telling import Subject
from connectory.toolchains.managers import Kind

QUIET = ("--ignore-scripts", "--no-audit", "--no-fund")


@dataclass(frozen=True)
class Fix:
    """One lockfile's. ``texts`` are the new package.json files by path. ``commands`` are the words
    after the name of the package manager (``kind``), to be run in ``folder``, one after the other.
    ``changes`` tell a person what is done, ``left`` what would need a new major version."""

    lockfile: str
    folder: str
    kind: Kind
    texts: dict[str, str]
    commands: tuple[tuple[str, ...], ...]
    changes: tuple[str, ...]
    left: tuple[str, ...] = ()


def fixes(candidate: Candidate, advisories: Advisories, *, major: bool = False) -> tuple[Fix, ...]:
    """What mends the lockfiles applications are installed from. Versions that may break their
    users are taken only with ``major``. Raising one package may bring along what another one
    lacked, so ask again after the commands have run, until there is nothing more to do.

    Raises ``AdvisoriesUnreadable``.
    """
    there = places(candidate)
    used = replace(there, all=tuple(place for place in there.all if place.users))
    readable = [one for one in subjects(candidate, used) if isinstance(one, Subject)]
    known = known_to(advisories, readable)
    found = (_fix(candidate, subject, known, major) for subject in readable)
    return tuple(fix for fix in found if fix is not None)


def refresh(kind: Kind, updated: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Commands that make a lockfile follow package.json and take the newest of ``updated``."""
    names = tuple(dict.fromkeys(updated))
    if kind is Kind.NPM:
        yield ("install", "--package-lock-only", *QUIET)
        if names:
            yield ("update", *names, "--package-lock-only", *QUIET)
    elif kind is Kind.PNPM:
        yield ("install", "--lockfile-only", "--no-frozen-lockfile", "--ignore-scripts")
    elif kind is Kind.BERRY:
        yield ("install", "--mode=update-lockfile")
    else:
        yield ("install", "--ignore-scripts", "--non-interactive", "--ignore-engines")


def _fix(candidate: Candidate, subject: Subject, known: Known, major: bool) -> Fix | None:
    found = list(_remedies(subject, matches(subject.graph.lock, known)))
    safe = [pair for pair in found if major or not pair[1].major or pair[1].way is Way.UPDATE]
    left = tuple(dict.fromkeys(_told(*pair) for pair in found if pair not in safe))
    raised = {one.name for _, one in safe if one.way is Way.RAISE}
    taken = [pair for pair in safe if not _waits(subject, *pair, raised)]
    if not taken:
        return None
    updated = [one.name for _, one in taken if one.way is Way.UPDATE]
    return Fix(
        lockfile=subject.graph.place.path,
        folder=subject.graph.place.folder,
        kind=subject.kind,
        texts=_texts(candidate, [one for _, one in taken]),
        commands=tuple(refresh(subject.kind, updated)),
        changes=tuple(dict.fromkeys(_told(*pair) for pair in taken)),
        left=left,
    )


def _waits(subject: Subject, match: Match, chosen: Remedy, raised: Collection[str]) -> bool:
    """Whether what brings a package along is raised first, which may be enough."""
    way = subject.graph.way(nearest(match, subject.graph))
    return chosen.way is Way.OVERRIDE and bool(way) and way[0].wish.name in raised


def _remedies(subject: Subject, found: Iterable[Match]) -> Iterator[tuple[Match, Remedy]]:
    """One for each vulnerable version of a package, however many advisories it has."""
    seen: set[tuple[str, str]] = set()
    for match in found:
        named = (match.name, match.version)
        if named not in seen and match.fixed is not None and not match.advisory.malicious:
            seen.add(named)
            if (chosen := remedy(match, subject.graph, subject.kind)) is not None:
                yield match, chosen


def _texts(candidate: Candidate, taken: Iterable[Remedy]) -> dict[str, str]:
    by_path: dict[str, list[Remedy]] = {}
    for one in taken:
        if one.way is not Way.UPDATE:
            by_path.setdefault(posixpath.normpath(one.path), []).append(one)
    texts: dict[str, str] = {}
    for path, each in by_path.items():
        before = candidate.text(path)
        if before is not None and candidate.json(path) is not None:
            texts[path] = changed(before, each)
    return texts


def _told(match: Match, chosen: Remedy) -> str:
    return f"{match.name} {match.version} -> {chosen.version} ({chosen.way})"
