"""Which packages of an application run, by its lockfile: what a look at node_modules needs."""

from pathlib import Path

import msgspec

from connectory.publishing import package, source
from connectory.publishing.checks.dependencies import lockfiles
from connectory.publishing.checks.dependencies.graph import Graph
from connectory.publishing.checks.dependencies.lockfiles import Unreadable
from connectory.publishing.checks.dependencies.places import Place


def shipped(root: Path, application: str) -> frozenset[tuple[str, str]] | None:
    """Names and versions of what is not for development only; None when no lockfile says so.

    ``root`` is the repository's. Reads the application's own lockfile, or else that of the
    workspace in the root.
    """
    for folder, importer in ((application, ""), ("", application)):
        for name in lockfiles.NODE:
            data = source.read(root, f"{folder}/{name}" if folder else name)
            if data is not None:
                return _shipped(root, Place(name, (application,), frozenset({importer})), data,
                                {"": folder, importer: application})  # fmt: skip
    return None


def _shipped(
    root: Path, place: Place, data: bytes, folders: dict[str, str]
) -> frozenset[tuple[str, str]] | None:
    manifests = {importer: _manifest(root, folder) for importer, folder in folders.items()}
    try:
        lock = lockfiles.read(place.name, data, manifests)
    except Unreadable:
        return None
    graph = Graph(place, lock)
    return frozenset(
        (one.name, one.version)
        for key, one in lock.packages.items()
        if not one.local and graph.is_shipped(key)
    )


def _manifest(root: Path, folder: str) -> dict[str, object]:
    data = source.read(root, f"{folder}/package.json" if folder else "package.json")
    try:
        return msgspec.convert(package.decoded(data or b"{}"), dict[str, object])
    except (ValueError, msgspec.ValidationError):
        return {}
