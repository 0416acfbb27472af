"""pnpm-lock.yaml, versions 5 to 9."""

import re
from collections.abc import Iterator, Mapping
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

RUN = ("dependencies", "optionalDependencies")
DEV = ("devDependencies",)
SLASHED = re.compile(r"^/(?P<name>(?:@[^/]+/)?[^/@]+)/(?P<version>[^_/(]+)")
JOINED = re.compile(r"^/?(?P<name>(?:@[^/@]+/)?[^/@]+)@(?P<version>[^(_]+)")


def read(data: bytes, _manifests: Mapping[str, Any]) -> Lock:
    """Raises ``Unreadable``."""
    document = plain.read(data)
    if "lockfileVersion" not in document:
        raise Unreadable("it is no pnpm-lock.yaml")
    listed, described = _object(document.get("snapshots")), _object(document.get("packages"))
    snapshots = listed or described
    bounded(len(snapshots))
    packages = {
        key: _package(key, _object(entry), _object(described.get(_bare(key))), snapshots)
        for key, entry in snapshots.items()
    }
    importers = _object(document.get("importers")) or {".": document}
    return Lock(
        packages,
        {_folder(name): _importer(_object(each), snapshots) for name, each in importers.items()},
    )


def _folder(name: str) -> str:
    return "" if name == "." else name.removeprefix("./")


def _bare(key: str) -> str:
    """A key without the peers that the package was combined with."""
    return key if key.startswith("/") else key.partition("(")[0]


def _package(
    key: str, entry: Mapping[str, Any], described: Mapping[str, Any], keys: Mapping[str, Any]
) -> Package:
    facts = {**described, **entry}
    resolution = _object(facts.get("resolution"))
    name, version = _named(key, facts)
    source = _text(resolution.get("tarball")) or _text(resolution.get("repo"))
    dev = facts.get("dev")
    return Package(
        name=name,
        version=version,
        source=source,
        sealed=bool(resolution.get("integrity")) or not resolution,
        mark=f"\n  {_written(_bare(key))}:",
        dev=dev == "true" if isinstance(dev, str) else None,
        deprecated=_text(facts.get("deprecated")),
        wishes=tuple(_asked(entry, RUN, keys)),
        local=resolution.get("type") == "directory" or key.startswith("file:"),
    )


def _written(key: str) -> str:
    return f"'{key}'" if key.startswith("@") else key


def _named(key: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Name and version: of what comes from elsewhere they stand in the entry."""
    match = SLASHED.match(key) or JOINED.match(key)
    name, version = (match["name"], match["version"]) if match else ("", "")
    said = _text(facts.get("version"))
    return _text(facts.get("name")) or name, said or ("" if "://" in version else version)


def _importer(importer: Mapping[str, Any], keys: Mapping[str, Any]) -> Importer:
    return Importer(
        shipped=tuple(_asked(importer, RUN, keys)), dev=tuple(_asked(importer, DEV, keys))
    )


def _asked(
    holder: Mapping[str, Any], fields: tuple[str, ...], keys: Mapping[str, Any]
) -> Iterator[Wish]:
    """Versions 5 have ranges under ``specifiers``, later ones beside the version."""
    specifiers = _object(holder.get("specifiers"))
    for field in fields:
        for name, answer in _object(holder.get(field)).items():
            said = _object(answer)
            version = _text(said.get("version")) if said else _text(answer)
            wanted = _text(said.get("specifier")) or _text(specifiers.get(name))
            if (key := _key(name, version, keys)) is not None:
                yield Wish(name, wanted, key)


def _key(name: str, version: str, keys: Mapping[str, Any]) -> str | None:
    """An alias and what comes from elsewhere are named by their whole key."""
    spelled = (version, f"/{name}/{version}", f"/{name}@{version}", f"{name}@{version}",
               f"/{version}")  # fmt: skip
    return next((key for key in spelled if key in keys), None)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
