"""Packages of a lockfile against advisories: what is vulnerable, and the version that ends it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectory.advisories import Advisory, affects, is_safe
from connectory.advisories.versions import normal_name, position
from connectory.publishing.checks.dependencies.lockfiles import Lock

Known = Mapping[str, Mapping[str, Sequence[Advisory]]]
"""Advisories by ecosystem and name of package."""


@dataclass(frozen=True)
class Match:
    """One advisory about one version of a package, wherever that lies in the lockfile (``keys``).

    ``fixed`` is the first version with this fixed, ``clean`` the first with all fixed that is
    known of the package; None when there is none.
    """

    advisory: Advisory
    name: str
    version: str
    ecosystem: str
    keys: tuple[str, ...]
    fixed: str | None
    clean: str | None


def names(lock: Lock) -> dict[str, set[str]]:
    """Names of packages by ecosystem: what to ask the advisories for."""
    found: dict[str, set[str]] = {}
    for package in lock.packages.values():
        if not package.local:
            found.setdefault(package.ecosystem, set()).add(package.name)
    return found


def matches(lock: Lock, known: Known) -> Iterator[Match]:
    """Each advisory at most once for a version of a package, in the order of the lockfile."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for key, package in lock.packages.items():
        if not package.local and package.version:
            named = (package.ecosystem, package.name, package.version)
            places.setdefault(named, []).append(key)
    for (ecosystem, name, version), keys in places.items():
        about = known.get(ecosystem, {}).get(normal_name(ecosystem, name), ())
        yield from _about(distinct(about), (ecosystem, name, version), tuple(keys))


def distinct(advisories: Iterable[Advisory]) -> tuple[Advisory, ...]:
    """Databases repeat each other under names of their own; GitHub's record is kept, because its
    severity is what other tools go by."""
    kept: list[Advisory] = []
    for advisory in sorted(advisories, key=lambda one: (not one.id.startswith("GHSA-"), one.id)):
        if not any(_same(advisory, other) for other in kept):
            kept.append(advisory)
    return tuple(kept)


def _same(one: Advisory, other: Advisory) -> bool:
    return bool({one.id, *one.aliases} & {other.id, *other.aliases})


def _about(
    about: Sequence[Advisory], named: tuple[str, str, str], keys: tuple[str, ...]
) -> list[Match]:
    ecosystem, name, version = named
    hits = [(one, hit) for one in about if (hit := affects(one, version)) is not None]
    fixes = [hit.fixed for _, hit in hits if hit.fixed is not None]
    clean = _clean(ecosystem, fixes, about)
    return [
        Match(advisory, name, version, ecosystem, keys, hit.fixed, clean or hit.fixed)
        for advisory, hit in hits
    ]


def _clean(ecosystem: str, fixes: Iterable[str], about: Sequence[Advisory]) -> str | None:
    """The lowest fix that nothing else is known of, except what has no fix at all."""
    fixable = [one for one in about if not one.malicious]
    ranked = sorted(set(fixes), key=lambda one: position(ecosystem, one))
    return next((fix for fix in ranked if is_safe(fixable, fix)), ranked[-1] if ranked else None)
