"""How to get rid of a vulnerable version: the one change that does it, and how it is written."""

import posixpath
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connectory.publishing.checks.dependencies.graph import Graph
from connectory.publishing.checks.dependencies.lockfiles import NODE
from connectory.publishing.checks.dependencies.matching import Match
from connectory.toolchains.managers import Kind

UNASKED = 1_000_000


class Way(StrEnum):
    """RAISE what package.json asks for, UPDATE within what others ask for, or OVERRIDE them."""

    RAISE = "raise"
    UPDATE = "update"
    OVERRIDE = "override"


@dataclass(frozen=True)
class Remedy:
    """``folder`` is the package.json's, relative to the repository's root. ``parents`` are the
    packages to override it below; none: everywhere. ``major``: the new version has another first
    number, so it may break its users."""

    way: Way
    kind: Kind
    folder: str
    name: str
    version: str
    parents: tuple[str, ...] = ()
    major: bool = False

    @property
    def path(self) -> str:
        return posixpath.join(self.folder, "package.json")


def nearest(match: Match, graph: Graph) -> str:
    """The key with the shortest way to it, one that ships before one that does not."""
    return min(match.keys, key=lambda key: (not graph.is_shipped(key), graph.depth(key) or UNASKED))


def remedy(match: Match, graph: Graph, kind: Kind) -> Remedy | None:
    """None when nothing is fixed, or the file is none of a Node.js package manager."""
    if match.clean is None or graph.place.name not in NODE:
        return None
    way = graph.way(nearest(match, graph))
    major = _first_number(match.version) != _first_number(match.clean)
    if graph.depth(nearest(match, graph)) == 1:
        folder = posixpath.normpath(posixpath.join(graph.place.folder, way[0].importer))
        name = way[0].wish.name
        return Remedy(Way.RAISE, kind, _root(folder), name, match.clean, major=major)
    asked = [pair for one in match.keys for pair in graph.askers.get(one, ())]
    within = kind is Kind.NPM and asked and all(_takes(w.wanted, match.clean) for _, w in asked)
    chosen = Way.UPDATE if within else Way.OVERRIDE
    parents = tuple(sorted({package.name for package, _ in asked}))
    alone = len(graph.versions[match.name]) == 1 or not parents
    return Remedy(chosen, kind, graph.place.folder, match.name, match.clean,
                  () if alone else parents, major)  # fmt: skip


def override(remedy: Remedy) -> dict[str, Any]:
    """What to merge into package.json so that everybody gets the version."""
    wanted = f"^{remedy.version}"
    if remedy.kind is Kind.NPM:
        nested = {parent: {remedy.name: wanted} for parent in remedy.parents}
        return {"overrides": nested or {remedy.name: wanted}}
    if remedy.kind is Kind.PNPM:
        scoped = {f"{parent}>{remedy.name}": wanted for parent in remedy.parents}
        return {"pnpm": {"overrides": scoped or {remedy.name: wanted}}}
    pattern = "**/{}/{}" if remedy.kind is Kind.YARN else "{}/{}"
    below = {pattern.format(parent, remedy.name): wanted for parent in remedy.parents}
    return {"resolutions": below or {remedy.name: wanted}}


def install(kind: Kind) -> str:
    """What a person types to make the lockfile follow package.json."""
    return {Kind.NPM: "npm install", Kind.PNPM: "pnpm install"}.get(kind, "yarn install")


def _takes(wanted: str, version: str) -> bool:
    from semantic_version import Version

    from connectory.toolchains.ranges import NotARange, parsed

    try:
        return bool(wanted) and Version(version) in parsed(wanted)
    except (NotARange, ValueError):
        return False


def _first_number(version: str) -> str:
    """What may not change for the public interface to stay: 1 of 1.2.3, 0.2 of 0.2.3."""
    numbers = version.split(".")
    return ".".join(numbers[:2]) if numbers[0] == "0" else numbers[0]


def _root(folder: str) -> str:
    return "" if folder == "." else folder
