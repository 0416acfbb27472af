"""yarn.lock of yarn 2 and later. Workspaces stand in it like packages."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectory.publishing.checks.dependencies.lockfiles import plain
from connectory.publishing.checks.dependencies.lockfiles.model import (
    Importer,
    Lock,
    Package,
    Wish,
    bounded,
)
from connectory.publishing.checks.dependencies.lockfiles.yarn import by_pattern, parted, patterns

REGISTRY = "npm:"
RUN = ("dependencies", "optionalDependencies")


def read(data: bytes, manifests: Mapping[str, Any]) -> Lock:
    """A workspace's entry mixes what ships with what does not: ``manifests``, the package.json
    files by folder, tell them apart. Raises ``Unreadable``."""
    entries = {key: entry for key, entry in plain.read(data).items()
               if isinstance(entry, dict) and key != "__metadata"}  # fmt: skip
    bounded(len(entries))
    found = by_pattern(entries, _spellings)
    packages = {key: _package(key, entry, found) for key, entry in entries.items()}
    return Lock(packages, {folder: _importer(one, found) for folder, one in manifests.items()})


def _spellings(key: str) -> Iterator[str]:
    """Ranges are written with ``npm:`` in some versions and without in others."""
    for pattern in patterns(key):
        name, wanted = parted(pattern)
        yield f"{name}@{wanted.removeprefix(REGISTRY)}"
        yield pattern


def _package(key: str, entry: Mapping[str, Any], found: Mapping[str, str]) -> Package:
    name, reference = parted(_text(entry.get("resolution")) or next(patterns(key)))
    inside = reference.startswith(("workspace:", "link:", "portal:", "file:"))
    plain_source = reference.startswith((REGISTRY, "patch:", "virtual:")) or inside
    return Package(
        name=name,
        version=_text(entry.get("version")),
        source="" if plain_source else reference,
        sealed=bool(entry.get("checksum")) or inside or reference.startswith("patch:"),
        mark=f"\n{key}",
        wishes=tuple(_asked(entry, (*RUN, "peerDependencies"), found)),
        local=inside,
    )


def _importer(manifest: Mapping[str, Any], found: Mapping[str, str]) -> Importer:
    return Importer(
        shipped=tuple(_asked(manifest, RUN, found)),
        dev=tuple(_asked(manifest, ("devDependencies",), found)),
    )


def _asked(
    holder: Mapping[str, Any], fields: tuple[str, ...], found: Mapping[str, str]
) -> Iterator[Wish]:
    for field in fields:
        wishes = holder.get(field)
        for name, wanted in wishes.items() if isinstance(wishes, dict) else ():
            if isinstance(wanted, str):
                plainly = f"{name}@{wanted.removeprefix(REGISTRY)}"
                key = found.get(plainly) or found.get(f"{name}@{wanted}") or found.get(name)
                if key:
                    yield Wish(name, wanted.removeprefix(REGISTRY), key)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
