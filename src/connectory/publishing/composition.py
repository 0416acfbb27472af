"""What an application ships, as its bill of materials lists it: by the lockfile and the disk."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from connectory.attestations.sbom import Component
from connectory.publishing import source
from connectory.publishing.checks import licences
from connectory.publishing.checks.dependencies.shipping import shipped

LOCK = "package-lock.json"


class _Entry(msgspec.Struct, frozen=True):
    name: str = ""
    version: str = ""
    integrity: str = ""


class _Lock(msgspec.Struct, frozen=True):
    packages: dict[str, _Entry] = msgspec.field(default_factory=dict)


def components(root: Path, tree: Path, application: str) -> tuple[Component, ...]:
    """The packages of ``application`` that are not for development only. ``root`` is the
    repository's, ``tree`` the built workspace. What no lockfile tells apart ships."""
    known = shipped(root, application)
    modules = tree / application / licences.MODULES
    on_disk = {(one.name, one.version): one.licence for one in licences.installed(modules)}
    keys = on_disk.keys() if known is None else {one for one in known if one[1]} & on_disk.keys()
    checksums = dict(_checksums(root, application))
    return tuple(
        Component(name, version, on_disk[name, version], checksums.get((name, version), ""))
        for name, version in sorted(keys)
    )


def _checksums(root: Path, application: str) -> Iterator[tuple[tuple[str, str], str]]:
    """What the commit's package-lock.json holds every download to. Of what other managers write
    nothing is read: their bills have no checksums."""
    own = source.read(root, f"{application}/{LOCK}")
    data = own if own is not None else source.read(root, LOCK)
    try:
        lock = msgspec.json.decode(data or b"{}", type=_Lock)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    for place, entry in lock.packages.items():
        name = entry.name or place.rpartition(f"{licences.MODULES}/")[2]
        if entry.integrity:
            yield (name, entry.version), entry.integrity
