"""Which lockfiles a repository has, and which of them applications are installed from."""

import fnmatch
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectory.durable import Rejected
from connectory.publishing import package
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.dependencies import lockfiles
from connectory.specification import ApplicationType
from connectory.toolchains import managers

PAGES = {
    ApplicationType.MERCHANT_CENTER_CUSTOM_APPLICATION,
    ApplicationType.MERCHANT_CENTER_CUSTOM_VIEW,
}
"""The real platform leaves these out of its analyses (facts 7.3)."""
MOST_LOCKFILES = 200
MOST_MODULES = 50
MOST_PACKAGES = 2_000
MANIFEST = "package.json"
BUILT_WITH = ("build.gradle", "build.gradle.kts", "pyproject.toml", "setup.py")
PNPM_WORKSPACE = "pnpm-workspace.yaml"


@dataclass(frozen=True)
class Place:
    """One lockfile. ``users`` are the applications that run on the server and are installed from
    it, and ``folders`` theirs and their modules', relative to the lockfile's; none for a lockfile
    that is elsewhere, of which ``why`` tells more."""

    path: str
    users: tuple[str, ...] = ()
    folders: frozenset[str] = frozenset()
    why: str = ""

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)


@dataclass(frozen=True)
class Places:
    """``missing`` are applications with dependencies and without a lockfile; ``left_out`` counts
    the lockfiles beyond those that are looked at; ``packages`` are the folders that have a
    package.json."""

    all: tuple[Place, ...]
    missing: tuple[str, ...] = ()
    left_out: int = 0
    packages: tuple[str, ...] = ()


def read_by(candidate: Candidate) -> Iterator[Entry]:
    """Every file that the check reads."""
    wanted = {*lockfiles.READERS, MANIFEST, PNPM_WORKSPACE}
    for path, entry in candidate.files.items():
        if posixpath.basename(path) in wanted and "node_modules/" not in path and not entry.link:
            yield entry


def places(candidate: Candidate) -> Places:
    used: dict[str, list[tuple[str, str]]] = {}
    missing: list[str] = []
    for application in candidate.applications:
        found = list(_of_application(candidate, application.name))
        if not found and _depends(candidate, application.name):
            missing.append(application.name)
        if application.type not in PAGES:
            for path, folder in found:
                used.setdefault(path, []).append((application.name, folder))
    read = [entry.path for entry in read_by(candidate)]
    there = [path for path in read if posixpath.basename(path) in lockfiles.READERS]
    packages = [posixpath.dirname(path) for path in read if posixpath.basename(path) == MANIFEST]
    ranked = [*sorted(path for path in there if path in used),
              *sorted(path for path in there if path not in used)]  # fmt: skip
    taken = [_place(candidate, path, used.get(path, ())) for path in ranked[:MOST_LOCKFILES]]
    left_out = len(ranked) - len(taken)
    return Places(tuple(taken), tuple(missing), left_out, tuple(packages[:MOST_PACKAGES]))


def manifests(
    candidate: Candidate, place: Place, packages: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    """The package.json beside a lockfile and those of its workspaces, by folder relative to it.
    ``packages`` are all folders that have one."""
    own = candidate.json(posixpath.join(place.folder, MANIFEST))
    found = {"": own} if own is not None else {}
    for pattern in _workspaces(own or {}) if place.users else ():
        for folder in _matching(packages, place.folder, pattern):
            if (one := candidate.json(f"{folder}/{MANIFEST}")) is not None:
                found[posixpath.relpath(folder, place.folder or ".")] = one
    return found


def _place(candidate: Candidate, path: str, users: Iterable[tuple[str, str]]) -> Place:
    pairs = tuple(users)
    around = posixpath.dirname(path) or "."
    folders = (posixpath.relpath(folder, around) for _, folder in pairs)
    return Place(
        path,
        tuple(dict.fromkeys(name for name, _ in pairs)),
        frozenset("" if folder == "." else folder for folder in folders),
        "" if pairs else _why(candidate, path),
    )


def _why(candidate: Candidate, path: str) -> str:
    owner = candidate.application_of(path)
    if owner is None:
        return "no application is installed from this lockfile"
    if any(one.name == owner and one.type in PAGES for one in candidate.applications):
        return f"{owner} is a page of the Merchant Center and does not run on the platform"
    return f"{owner} is installed from another lockfile"


def _of_application(candidate: Candidate, name: str) -> Iterator[tuple[str, str]]:
    """The lockfiles an application is installed from, each with the folder that needs it."""
    if f"{name}/{MANIFEST}" not in candidate.files:
        for entry in candidate.within(name):
            if posixpath.basename(entry.path) in lockfiles.READERS and entry.path.count("/") == 1:
                yield entry.path, name
        return
    for folder in _modules(candidate, name):
        if (path := _lockfile(candidate, folder)) is not None:
            yield path, folder


def _modules(candidate: Candidate, name: str) -> list[str]:
    """The application's folder and the folders its ``file:`` dependencies name, in turn."""
    found, waiting = [name], [name]
    while waiting and len(found) < MOST_MODULES:
        folder = waiting.pop()
        for target in _parsed(candidate, folder).local:
            module = package.local_folder(folder, target)
            if module and module not in found and f"{module}/{MANIFEST}" in candidate.files:
                found.append(module)
                waiting.append(module)
    return found


def _lockfile(candidate: Candidate, folder: str) -> str | None:
    """The one the install reads: the folder's own, else that of the workspace it belongs to."""
    for around in (folder, ""):
        if around == folder or _is_workspace(candidate):
            names = {name for name in lockfiles.NODE
                     if posixpath.join(around, name) in candidate.files}  # fmt: skip
            chosen = managers.choose(names, "", _parsed(candidate, around).manager).lockfile
            if chosen is not None:
                return posixpath.join(around, chosen)
    return None


def _is_workspace(candidate: Candidate) -> bool:
    return PNPM_WORKSPACE in candidate.files or _parsed(candidate, "").workspaces


def _parsed(candidate: Candidate, folder: str) -> package.Package:
    path = posixpath.join(folder, MANIFEST)
    try:
        return package.parse(candidate.read(path) or b"{}", path)
    except Rejected:
        return package.Package()


def _depends(candidate: Candidate, name: str) -> bool:
    """Whether there is anything that a lockfile would hold."""
    manifest = candidate.json(f"{name}/{MANIFEST}")
    if manifest is not None:
        return any(manifest.get(field) for field in package.DEPENDENCIES)
    return any(f"{name}/{file}" in candidate.files for file in BUILT_WITH)


def _workspaces(manifest: Mapping[str, Any]) -> list[str]:
    listed = manifest.get("workspaces")
    listed = listed.get("packages") if isinstance(listed, dict) else listed
    patterns = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    return [one.removeprefix("./").rstrip("/") for one in patterns[:MOST_MODULES] if len(one) < 200]


def _matching(packages: Iterable[str], folder: str, pattern: str) -> list[str]:
    """Folders with a package.json that a pattern of ``workspaces`` names."""
    whole = posixpath.join(folder, pattern)
    return [one for one in packages if one not in {"", folder} and fnmatch.fnmatchcase(one, whole)]
