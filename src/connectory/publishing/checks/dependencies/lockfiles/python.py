"""What a Python application pins: requirements.txt, Pipfile.lock, poetry.lock and uv.lock."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from connectory.publishing.checks.dependencies.lockfiles.model import (
    Importer,
    Lock,
    Package,
    Unreadable,
    Wish,
    bounded,
)
from connectory.publishing.package import decoded

PINNED = re.compile(r"^([A-Za-z0-9][\w.\-]*)(?:\[[^\]]*\])?\s*={2,3}\s*([\w.!+\-]+)", re.MULTILINE)
NAMED = re.compile(r"^([A-Za-z0-9][\w.\-]*)", re.MULTILINE)
LARGEST_TOML = 4 << 20
LONGEST_LINE = 2_000


def read_requirements(data: bytes, _manifests: Mapping[str, Any]) -> Lock:
    """The packages pinned to one version; the others count as unknown."""
    text = data.decode("utf-8", "replace")
    pinned = PINNED.findall(text)
    packages = [Package(name, version, "PyPI", mark=name) for name, version in pinned]
    return _flat(packages, unknown=len(NAMED.findall(text)) - len(pinned))


def read_pipfile(data: bytes, _manifests: Mapping[str, Any]) -> Lock:
    """Raises ``Unreadable``."""
    try:
        document = decoded(data)
    except ValueError as problem:
        raise Unreadable(f"it is not valid JSON: {problem}") from None
    packages = [
        Package(name, entry["version"].lstrip("="), "PyPI", mark=f'"{name}"', dev=dev)
        for section, dev in (("default", False), ("develop", True))
        for name, entry in _object(_object(document).get(section)).items()
        if isinstance(_object(entry).get("version"), str)
    ]
    return _flat(packages)


def read_toml(data: bytes, _manifests: Mapping[str, Any]) -> Lock:
    """poetry.lock and uv.lock list packages alike. Raises ``Unreadable``."""
    if len(data) > LARGEST_TOML or any(len(line) > LONGEST_LINE for line in data.splitlines()):
        raise Unreadable("it is larger than any tool writes")
    try:
        document = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"it is not valid TOML: {problem}") from None
    entries = document.get("package")
    packages = [
        Package(entry["name"], entry["version"], "PyPI", mark=f'name = "{entry["name"]}"\n',
                dev=_only_development(entry))
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and all(isinstance(entry.get(key), str)
                                           for key in ("name", "version"))
    ]  # fmt: skip
    return _flat(packages)


def _only_development(entry: Mapping[str, Any]) -> bool:
    groups = entry.get("groups")
    return entry.get("category") == "dev" or (isinstance(groups, list) and groups == ["dev"])


def _flat(packages: Iterable[Package], unknown: int = 0) -> Lock:
    """The files do not say who asks for a package, so the application does."""
    by_key = {f"{one.name}=={one.version}": one for one in packages}
    bounded(len(by_key))
    wishes = [(Wish(one.name, "", key), one.dev) for key, one in by_key.items()]
    importer = Importer(
        shipped=tuple(wish for wish, dev in wishes if not dev),
        dev=tuple(wish for wish, dev in wishes if dev),
    )
    return Lock(by_key, {"": importer}, unknown)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
