"""package-lock.json against package.json: what ``npm ci`` refuses. Pure decisions on data."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectory.publishing.checks.agreement.node_versions import accepts
from connectory.toolchains.ranges import ANY

PLACE = "node_modules/"


def disagreements(manifest: Mapping[str, Any], lock: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each dependency that is not in the lock, or there in a version that the
    manifest does not take. Nothing where npm would decide by more than these two files."""
    if manifest.get("workspaces") or not _is_lock(lock):
        return
    overridden = _object(manifest.get("overrides"))
    for kind in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, wanted in sorted(_object(manifest.get(kind)).items()):
            if not isinstance(wanted, str) or name in overridden:
                continue
            locked = _locked(lock, name)
            if locked is None:
                yield f"{name} ({wanted}) is not in it"
            elif _is_range(wanted) and accepts(wanted, locked) is False:
                yield f"{name} {locked} is in it, package.json asks for {wanted}"


def _is_lock(lock: Mapping[str, Any]) -> bool:
    return isinstance(lock.get("packages"), dict) or isinstance(lock.get("dependencies"), dict)


def _locked(lock: Mapping[str, Any], name: str) -> str | None:
    """The version of a direct dependency; empty when it has none, None when it is missing."""
    packages = lock.get("packages")
    entry = (
        _object(packages).get(PLACE + name)
        if isinstance(packages, dict)
        else _object(lock.get("dependencies")).get(name)
    )
    if not isinstance(entry, dict):
        return None
    version = entry.get("version")
    return version if isinstance(version, str) and not entry.get("link") else ""


def _is_range(wanted: str) -> bool:
    """Not a tag, an address, a folder or another package's name."""
    text = wanted.strip()
    return text not in ANY and text[:1] in "0123456789^~<>=" and ":" not in text and "/" not in text


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
