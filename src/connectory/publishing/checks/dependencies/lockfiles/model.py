"""What a lockfile holds: packages, who asks for whom, and who asks first."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_PACKAGES = 50_000
MOST_WISHES = 200_000
MOST_VERSIONS = 200
LONGEST_KEY = 1_000
DEEPEST_KEY = 60
"""What real lockfiles stay far below, and above which judging one would take a while."""


class Unreadable(ValueError):  # noqa: N818 - says it better
    """The lockfile is none, or larger than any honest one: why, in a few words."""


@dataclass(frozen=True)
class Wish:
    """A dependency as it is asked for: the range, and the key of the package that answers it."""

    name: str
    wanted: str
    key: str


@dataclass(frozen=True)
class Package:
    """One package of a lockfile.

    ``name`` is what the registry calls it, ``source`` the address it comes from ("" for the
    registry), ``sealed`` whether a checksum stands by it, ``mark`` a text that begins its entry in
    the file. ``dev`` is what the file itself says; None when it says nothing.
    """

    name: str
    version: str
    ecosystem: str = "npm"
    source: str = ""
    sealed: bool = True
    mark: str = ""
    dev: bool | None = None
    deprecated: str = ""
    wishes: tuple[Wish, ...] = ()
    local: bool = False


@dataclass(frozen=True)
class Importer:
    """A package.json of ours: what it asks for in order to run, and to be worked on."""

    shipped: tuple[Wish, ...] = ()
    dev: tuple[Wish, ...] = ()


@dataclass(frozen=True)
class Lock:
    """``importers`` are by folder, relative to the lockfile's; "" is its own. ``unknown`` counts
    packages whose version the file leaves open."""

    packages: Mapping[str, Package]
    importers: Mapping[str, Importer] = field(default_factory=dict)
    unknown: int = 0


def bounded(count: int) -> None:
    """Raises ``Unreadable`` for more packages than anybody has."""
    if count > MOST_PACKAGES:
        raise Unreadable(f"it lists more than {MOST_PACKAGES} packages")


def sane(lock: Lock) -> Lock:
    """The same lockfile. Raises ``Unreadable`` for one that was made to keep us busy."""
    if sum(len(package.wishes) for package in lock.packages.values()) > MOST_WISHES:
        raise Unreadable(f"its packages ask for others more than {MOST_WISHES} times")
    versions: dict[str, set[str]] = {}
    for package in lock.packages.values():
        versions.setdefault(package.name, set()).add(package.version)
    if any(len(each) > MOST_VERSIONS for each in versions.values()):
        raise Unreadable(f"it lists more than {MOST_VERSIONS} versions of one package")
    return lock
