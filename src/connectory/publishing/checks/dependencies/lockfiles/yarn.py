"""yarn.lock of yarn 1. It says nothing of who asks first: package.json does."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from connectory.publishing.checks.dependencies.lockfiles import plain
from connectory.publishing.checks.dependencies.lockfiles.model import (
    Importer,
    Lock,
    Package,
    Unreadable,
    Wish,
    bounded,
)

ALIAS = re.compile(r"^npm:((?:@[^/]+/)?[^@]+)(?:@|$)")
RUN = ("dependencies", "optionalDependencies")


def read(data: bytes, manifests: Mapping[str, Any]) -> Lock:
    """``manifests`` are the package.json files of the folder and its workspaces, by folder.

    Raises ``Unreadable``."""
    entries = {key: entry for key, entry in plain.read(data).items() if isinstance(entry, dict)}
    if entries and not any("version" in entry for entry in entries.values()):
        raise Unreadable("it is no yarn.lock")
    bounded(len(entries))
    found = by_pattern(entries, patterns)
    packages = {key: _package(key, entry, found) for key, entry in entries.items()}
    importers = {
        folder: Importer(
            shipped=tuple(_asked(manifest, RUN, found)),
            dev=tuple(_asked(manifest, ("devDependencies",), found)),
        )
        for folder, manifest in manifests.items()
    }
    return Lock(packages, importers)


def patterns(key: str) -> Iterator[str]:
    """``lodash@^4.0.0`` and ``lodash@^4.17.21`` of one entry."""
    for part in key.split(","):
        yield part.strip().strip('"')


def by_pattern(
    entries: Iterable[str], spellings: Callable[[str], Iterator[str]]
) -> Mapping[str, str]:
    """Keys of entries by what they answer to. A package that is there once answers to its bare
    name too: where package.json sets ``resolutions``, nothing else leads to it."""
    found = {pattern: key for key in entries for pattern in spellings(key)}
    names: dict[str, set[str]] = {}
    for pattern, key in found.items():
        names.setdefault(parted(pattern)[0], set()).add(key)
    return found | {name: next(iter(keys)) for name, keys in names.items() if len(keys) == 1}


def parted(pattern: str) -> tuple[str, str]:
    """Name and range of ``@scope/name@^1.0.0``."""
    at = pattern.find("@", 1)
    return (pattern, "") if at < 0 else (pattern[:at], pattern[at + 1 :])


def _package(key: str, entry: Mapping[str, Any], found: Mapping[str, str]) -> Package:
    name, wanted = parted(next(patterns(key)))
    alias = ALIAS.match(wanted)
    resolved = _text(entry.get("resolved"))
    return Package(
        name=alias[1] if alias else name,
        version=_text(entry.get("version")),
        source=resolved.partition("#")[0],
        # Before yarn 1.10 the checksum stood in the address.
        sealed=bool(entry.get("integrity")) or "#" in resolved or not resolved,
        mark=f"\n{next(patterns(key))}",
        wishes=tuple(_asked(entry, RUN, found)),
        local=not resolved,
    )


def _asked(
    holder: Mapping[str, Any], fields: tuple[str, ...], found: Mapping[str, str]
) -> Iterator[Wish]:
    for field in fields:
        wishes = holder.get(field)
        for name, wanted in wishes.items() if isinstance(wishes, dict) else ():
            key = found.get(f"{name}@{wanted}") or found.get(name)
            if isinstance(wanted, str) and key:
                yield Wish(name, wanted, key)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
