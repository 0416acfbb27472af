"""package.json as far as building and starting need it: hostile bytes into frozen data."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from connectory.durable import Rejected

LOCAL = re.compile(r"^(file|link):(.+)$")
DEPENDENCIES = ("dependencies", "devDependencies", "optionalDependencies")
DECIDING = (
    *DEPENDENCIES,
    "peerDependencies",
    "peerDependenciesMeta",
    "bundleDependencies",
    "bundledDependencies",
    "overrides",
    "resolutions",
    "workspaces",
    "engines",
    "os",
    "cpu",
    "packageManager",
    "pnpm",
    "dependenciesMeta",
)
"""The fields that decide what an install puts into node_modules."""


@dataclass(frozen=True)
class Package:
    """One package.json. ``local`` are the folders its ``file:`` and ``link:`` dependencies name;
    ``copies`` says that one of them is a ``file:``, which some managers copy instead of linking.
    """

    name: str = ""
    version: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)
    node: str | None = None
    manager: str | None = None
    local: tuple[str, ...] = ()
    copies: bool = False
    workspaces: bool = False
    deciding: Mapping[str, Any] = field(default_factory=dict)


def parse(data: bytes, path: str) -> Package:
    """Raises ``Rejected`` when it is no JSON object, or holds a character that no program can be
    given; wrong fields count as absent."""
    try:
        document = decoded(data)
    except ValueError as problem:
        raise Rejected(f"{path} is not valid JSON: {problem}.") from None
    if not isinstance(document, dict):
        raise Rejected(f"{path} is not a JSON object.")
    if b"\\u0000" in data or b"\0" in data:
        raise Rejected(f"{path} holds a NUL character.", fix="Take it out: no program takes it.")
    local = _local(document)
    return Package(
        name=_string(document.get("name")) or "",
        version=_string(document.get("version")) or "",
        scripts=_strings(document.get("scripts")),
        node=_string(_object(document.get("engines")).get("node")),
        manager=_string(document.get("packageManager")),
        local=tuple(path for _, path in local),
        copies=any(scheme == "file" for scheme, _ in local),
        workspaces=bool(document.get("workspaces")),
        deciding={name: document[name] for name in DECIDING if name in document},
    )


def decoded(data: bytes) -> object:
    """Any JSON, with or without a byte order mark. Raises ``ValueError``."""
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except msgspec.DecodeError as problem:
        at = re.search(r"byte (\d+)", str(problem))
        where = f"line {data[: int(at[1])].count(10) + 1}: " if at else ""
        raise ValueError(f"{where}{problem}") from None


def local_folder(folder: str, target: str) -> str | None:
    """The repository's folder that a path in ``folder`` names; None when it leaves it."""
    path = posixpath.normpath(posixpath.join(folder, target))
    return None if path.startswith(("..", "/")) or path == "." else path


def _local(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Scheme and path of the dependencies that are folders."""
    versions = (
        version for name in DEPENDENCIES for version in _strings(document.get(name)).values()
    )
    matches = (LOCAL.match(version) for version in versions)
    found = (match.groups() for match in matches if match)
    return tuple((scheme, path) for scheme, path in found if not _archive(path))


def _archive(path: str) -> bool:
    return path.endswith((".tgz", ".tar.gz", ".tar"))


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> dict[str, str]:
    return {key: text for key, text in _object(value).items() if isinstance(text, str)}
