"""package-lock.json and npm-shrinkwrap.json, versions 1, 2 and 3."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from connectory.publishing.checks.dependencies.lockfiles.model import (
    DEEPEST_KEY,
    LONGEST_KEY,
    MOST_WISHES,
    Importer,
    Lock,
    Package,
    Unreadable,
    Wish,
    bounded,
)
from connectory.publishing.package import decoded

MODULES = "node_modules/"
RUN = ("dependencies", "optionalDependencies")
FETCHED = ("http://", "https://", "git", "ssh://", "file:")


def read(data: bytes, manifests: Mapping[str, Any]) -> Lock:
    """``manifests`` are the package.json files that a version 1 needs to know what is asked for:
    it lists none of it. Raises ``Unreadable``."""
    try:
        document = decoded(data)
    except ValueError as problem:
        raise Unreadable(f"it is not valid JSON: {problem}") from None
    if not isinstance(document, dict):
        raise Unreadable("it is no JSON object")
    packages = document.get("packages")
    if isinstance(packages, dict):
        return _by_place(packages)
    return _by_tree(_object(document.get("dependencies")), _object(manifests.get("")))


def _by_place(listed: Mapping[str, Any]) -> Lock:
    bounded(len(listed))
    places = {place: entry for place, entry in listed.items() if isinstance(entry, dict)}
    if any(len(one) > LONGEST_KEY or one.count("/") > DEEPEST_KEY for one in places):
        raise Unreadable("a package lies deeper than any folder")
    if sum(len(_object(entry.get("dependencies"))) for entry in places.values()) > MOST_WISHES:
        raise Unreadable(f"its packages ask for others more than {MOST_WISHES} times")
    packages = {place: _placed(place, entry, places) for place, entry in places.items() if place}
    importers = {
        place: Importer(
            shipped=tuple(_wishes(place, entry, places, (*RUN, "peerDependencies"))),
            dev=tuple(_wishes(place, entry, places, ("devDependencies",))),
        )
        for place, entry in places.items()
        if _is_folder(place)
    }
    return Lock(packages, importers)


def _is_folder(place: str) -> bool:
    """A package.json of ours, as against an installed package."""
    return MODULES not in f"{place}/"


def _placed(place: str, entry: Mapping[str, Any], places: Mapping[str, Any]) -> Package:
    link = entry.get("link") is True
    resolved = _text(entry.get("resolved"))
    target = (Wish("", "", posixpath.normpath(resolved)),) if link and resolved else ()
    return Package(
        name=_text(entry.get("name")) or place.rpartition(MODULES)[2],
        version=_text(entry.get("version")),
        source="" if link else resolved,
        sealed=bool(entry.get("integrity")) or not resolved,
        mark=f'"{place}": {{',
        dev=entry.get("dev") is True,
        deprecated=_text(entry.get("deprecated")),
        wishes=target or tuple(_wishes(place, entry, places, (*RUN, "peerDependencies"))),
        local=link or _is_folder(place) or (entry.get("inBundle") is True and not resolved),
    )


def _wishes(
    place: str, entry: Mapping[str, Any], places: Mapping[str, Any], fields: tuple[str, ...]
) -> Iterator[Wish]:
    for field in fields:
        for name, wanted in _object(entry.get(field)).items():
            if (key := _found(place, name, places)) is not None:
                yield Wish(name, _text(wanted), key)


def _found(place: str, name: str, places: Mapping[str, Any]) -> str | None:
    """Where Node.js would find a package from there: in its own node_modules, then outwards."""
    while True:
        key = f"{place}/{MODULES}{name}" if place else f"{MODULES}{name}"
        if key in places:
            return key
        if not place:
            return None
        place = _outer(place)


def _outer(place: str) -> str:
    """The next place outwards that has a node_modules of its own."""
    around, _, _ = place.rpartition(f"/{MODULES}")
    if around or MODULES in place:
        return around
    return place.rpartition("/")[0]


def _by_tree(tree: Mapping[str, Any], manifest: Mapping[str, Any]) -> Lock:
    """Version 1 nests packages as node_modules does: the same places, written another way."""
    places: dict[str, dict[str, Any]] = {}
    waiting: list[tuple[str, Mapping[str, Any]]] = [("", tree)]
    while waiting:
        around, nested = waiting.pop()
        for name, entry in nested.items():
            place = f"{around}/{MODULES}{name}" if around else f"{MODULES}{name}"
            if isinstance(entry, dict):
                places[place] = _modern(entry)
                waiting.append((place, _object(entry.get("dependencies"))))
        bounded(len(places))
    own = {field: manifest.get(field) for field in (*RUN, "devDependencies")}
    lock = _by_place({"": own, **places})
    packages = {place: _marked(package, place) for place, package in lock.packages.items()}
    return Lock(packages, lock.importers)


def _modern(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of version 1 as version 3 would write it."""
    version = _text(entry.get("version"))
    fetched = version.startswith(FETCHED) or "://" in version
    alias, _, number = version.removeprefix("npm:").rpartition("@")
    renamed = version.startswith("npm:") and bool(alias)
    shown = dict(entry) | {"dependencies": entry.get("requires"), "link": False}
    if renamed:
        return shown | {"name": alias, "version": number}
    return shown | ({"resolved": version, "version": ""} if fetched else {})


def _marked(package: Package, place: str) -> Package:
    name = place.rpartition(MODULES)[2]
    return Package(
        name=package.name,
        version=package.version,
        source=package.source,
        sealed=package.sealed,
        mark=f'"{name}": {{\n*"version": "{package.version}"',
        dev=package.dev,
        deprecated=package.deprecated,
        wishes=package.wishes,
        local=package.local,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
