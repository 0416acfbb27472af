"""Lockfiles of every package manager, read into one shape: pure functions on hostile bytes."""

from collections.abc import Callable, Mapping
from typing import Any

from connectory.publishing.checks.dependencies.lockfiles import (
    berry,
    java,
    npm,
    pnpm,
    python,
    yarn,
)
from connectory.publishing.checks.dependencies.lockfiles.model import (
    Importer,
    Lock,
    Package,
    Unreadable,
    Wish,
    sane,
)

__all__ = ["NODE", "READERS", "Importer", "Lock", "Package", "Unreadable", "Wish", "read"]

Reader = Callable[[bytes, Mapping[str, Any]], Lock]


def _yarn(data: bytes, manifests: Mapping[str, Any]) -> Lock:
    modern = b"\n__metadata:" in data[:4096]
    return berry.read(data, manifests) if modern else yarn.read(data, manifests)


READERS: Mapping[str, Reader] = {
    "npm-shrinkwrap.json": npm.read,
    "package-lock.json": npm.read,
    "yarn.lock": _yarn,
    "pnpm-lock.yaml": pnpm.read,
    "gradle.lockfile": java.read_gradle,
    "pom.xml": java.read_maven,
    "requirements.txt": python.read_requirements,
    "Pipfile.lock": python.read_pipfile,
    "poetry.lock": python.read_toml,
    "uv.lock": python.read_toml,
}
"""By the name of the file."""
NODE = ("npm-shrinkwrap.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml")


def read(name: str, data: bytes, manifests: Mapping[str, Any]) -> Lock:
    """``name`` is the file's own, without folders; ``manifests`` are the package.json files
    around it, by folder relative to it. Raises ``Unreadable``."""
    return sane(READERS[name](data, manifests))
