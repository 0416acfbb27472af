"""Who brings a package along: the shortest way to it from a package.json of ours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from connectory.publishing.checks.dependencies.lockfiles import Lock, Package, Wish
from connectory.publishing.checks.dependencies.places import Place

LONGEST_WAY = 12


@dataclass(frozen=True)
class Step:
    """How a package is reached: ``before`` is the key of who asks for it, None for ``importer``,
    the folder whose package.json does. ``depth`` counts from 1, and ``first`` is the key that the
    way there begins with."""

    wish: Wish
    before: str | None
    importer: str
    first: str
    depth: int = 1


@dataclass(frozen=True)
class Graph:
    """A lockfile as the applications that are installed from it see it."""

    place: Place
    lock: Lock

    @cached_property
    def shipped(self) -> Mapping[str, Step]:
        """Steps to everything that runs."""
        return self._reached(self._asked(dev=False))

    @cached_property
    def developed(self) -> Mapping[str, Step]:
        """Steps to everything the applications are worked on with."""
        return self._reached(self._asked(dev=True))

    @cached_property
    def askers(self) -> Mapping[str, tuple[tuple[Package, Wish], ...]]:
        """Which packages ask for a package, and how."""
        found: dict[str, list[tuple[Package, Wish]]] = {}
        for package in self.lock.packages.values():
            for wish in package.wishes:
                found.setdefault(wish.key, []).append((package, wish))
        return {key: tuple(each) for key, each in found.items()}

    @cached_property
    def versions(self) -> Mapping[str, frozenset[str]]:
        """The versions there are of each package."""
        found: dict[str, set[str]] = {}
        for package in self.lock.packages.values():
            found.setdefault(package.name, set()).add(package.version)
        return {name: frozenset(each) for name, each in found.items()}

    def is_shipped(self, key: str) -> bool:
        """What nobody asks for is as the file says; where it says nothing, it is a leftover."""
        if key in self.shipped:
            return True
        return key not in self.developed and self.lock.packages[key].dev is False

    def is_used(self, key: str) -> bool:
        """False for what only other workspaces of the same lockfile ask for."""
        relevant = self._relevant() == set(self.lock.importers)
        return relevant or key in self.shipped or key in self.developed

    def way(self, key: str) -> tuple[Step, ...]:
        """From a package.json to the package; empty when nobody asks for it. Of a very long way
        the middle is left out."""
        steps = self._steps(key)
        way: list[Step] = []
        at: str | None = key
        while at is not None and at in steps and len(way) < LONGEST_WAY - 1:
            way.append(steps[at])
            at = steps[at].before
        rest = (steps[steps[key].first],) if at is not None and at in steps else ()
        return (*rest, *reversed(way))

    def depth(self, key: str) -> int:
        """How many steps there are to the package; 0 when nobody asks for it."""
        step = self._steps(key).get(key)
        return step.depth if step else 0

    def _steps(self, key: str) -> Mapping[str, Step]:
        return self.shipped if key in self.shipped else self.developed

    def _relevant(self) -> set[str]:
        """The lockfile's own folder, and those of the applications and their modules."""
        return {folder for folder in self.lock.importers
                if not folder or not self.place.users or folder in self.place.folders}  # fmt: skip

    def _asked(self, *, dev: bool) -> list[tuple[str, Wish]]:
        importers = ((folder, self.lock.importers[folder]) for folder in sorted(self._relevant()))
        return [(folder, wish) for folder, importer in importers
                for wish in (importer.dev if dev else importer.shipped)]  # fmt: skip

    def _reached(self, asked: Iterable[tuple[str, Wish]]) -> Mapping[str, Step]:
        """Breadth first, so the first way found is a shortest one."""
        steps: dict[str, Step] = {}
        for folder, wish in asked:
            steps.setdefault(wish.key, Step(wish, None, folder, wish.key))
        waiting = list(steps)
        for key in waiting:
            package = self.lock.packages.get(key)
            for wish in package.wishes if package else ():
                if wish.key not in steps:
                    here = steps[key]
                    steps[wish.key] = Step(wish, key, here.importer, here.first, here.depth + 1)
                    waiting.append(wish.key)
        return steps
