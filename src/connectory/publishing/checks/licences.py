"""Licences of what ships, against a policy. They hold up a certification, never a private use."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from connectory.findings import Finding, Gate, Rule, Severity
from connectory.publishing import source

DENIED = Rule(
    "licences/denied",
    Severity.MAJOR,
    "A package that ships has a licence that the Marketplace does not take",
    "Its terms reach beyond the package: they ask for the source of whatever is offered over a "
    "network with it, or forbid commercial use, for the creator and for everybody who installs "
    "the connector.",
    "Replace the package, or buy the terms that its authors offer beside it.",
    Gate.CERTIFICATION,
)
UNKNOWN = Rule(
    "licences/unknown",
    Severity.MAJOR,
    "A package that ships does not say under which licence",
    "Without a licence nobody has the right to use it.",
    "Ask its authors to name a licence, or replace the package.",
    Gate.CERTIFICATION,
)
RULES = (DENIED, UNKNOWN)

DENIED_LICENCES = ("AGPL-*", "SSPL-*", "BUSL-*", "Elastic-*", "PolyForm-*", "CC-BY-NC*",
                   "UNLICENSED", "LicenseRef-scancode-commons-clause*")  # fmt: skip
SPELLINGS = {
    "apache 2.0": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache2": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd-like": "BSD-3-Clause",
    "mit*": "MIT",
    "mit/x11": "MIT",
    "mit license": "MIT",
    "the mit license": "MIT",
    "public domain": "CC0-1.0",
    "wtfpl": "WTFPL",
}
"""What authors wrote before there were identifiers."""
TEXTS = (
    (re.compile(r"Permission is hereby granted, free of charge"), "MIT"),
    (re.compile(r"Apache License\s+Version 2\.0"), "Apache-2.0"),
    (re.compile(r"Permission to use, copy, modify, and/or distribute"), "ISC"),
    (re.compile(r"Redistribution and use in source and binary forms"), "BSD-3-Clause"),
    (re.compile(r"GNU AFFERO GENERAL PUBLIC LICENSE"), "AGPL-3.0-only"),
    (re.compile(r"Server Side Public License"), "SSPL-1.0"),
    (re.compile(r"Business Source License"), "BUSL-1.1"),
)
LICENCE_FILE = re.compile(r"^(un)?licen[cs]e|^copying", re.IGNORECASE)
LARGEST = 256 * 1024
LONGEST = 200
DEEPEST = 24
MODULES = "node_modules"


@dataclass(frozen=True)
class LicencePolicy:
    """Patterns of SPDX identifiers. With ``allowed`` nothing else is taken; ``denied`` never is."""

    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = DENIED_LICENCES

    def takes(self, identifier: str) -> bool:
        if any(fnmatchcase(identifier, pattern) for pattern in self.denied):
            return False
        return not self.allowed or any(fnmatchcase(identifier, one) for one in self.allowed)


@dataclass(frozen=True)
class Installed:
    """A package in a node_modules: ``licence`` is an SPDX expression, or what it says instead."""

    name: str
    version: str
    licence: str


def licences(
    root: Path,
    application: str,
    shipped: Collection[tuple[str, str]],
    policy: LicencePolicy = LicencePolicy(),
) -> tuple[Finding, ...]:
    """Findings about the packages installed below ``root``'s folder ``application`` that are among
    ``shipped`` (names and versions). Blocks on the disk for about a second per 10,000 packages."""
    modules = root / application / MODULES
    found = {(one.name, one.version): one for one in installed(modules) if
             (one.name, one.version) in shipped}  # fmt: skip
    judged = (_judged(found[key], application, policy) for key in sorted(found))
    return tuple(finding for finding in judged if finding is not None)


def installed(modules: Path) -> Iterator[Installed]:
    """Every package below a node_modules, links left alone."""
    for path, folders, files in os.walk(modules):
        depth = path[len(str(modules)) :].count(MODULES)
        if depth > DEEPEST:
            folders.clear()
        if "package.json" in files and (package := _package(Path(path), files)) is not None:
            folders[:] = [name for name in folders if name == MODULES]
            yield package


def verdict(expression: str, policy: LicencePolicy) -> bool | None:
    """Whether the policy takes an SPDX expression; None when it is none. One side of an OR is
    enough, an AND needs both."""
    parsed = _parsed(expression)
    return None if parsed is None else _taken(parsed, policy)


def declared(manifest: Mapping[str, Any]) -> str:
    """What a package.json says, in each of the ways it could be said since npm began."""
    said = manifest.get("license", manifest.get("licenses"))
    each = said if isinstance(said, list) else [said]
    names = [one.get("type") if isinstance(one, dict) else one for one in each]
    words = [name.strip() for name in names if isinstance(name, str) and name.strip()]
    return " OR ".join(SPELLINGS.get(word.lower(), word) for word in words)[:LONGEST]


def _judged(package: Installed, application: str, policy: LicencePolicy) -> Finding | None:
    taken = _answer(package.licence, policy) if package.licence else None
    if taken:
        return None
    rule = DENIED if taken is False else UNKNOWN
    said = package.licence or "no licence"
    name = f"{package.name}@{package.version}"
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        what=f"{package.name} {package.version} has {_shown(said)}, {_because(rule)}",
        application=application,
        path=f"{application}/package.json",
        about=name,
    )


def _answer(licence: str, policy: LicencePolicy) -> bool | None:
    return policy.takes(licence) if licence == "UNLICENSED" else verdict(licence, policy)


def _because(rule: Rule) -> str:
    return "which the policy does not take" if rule is DENIED else "which is none we know"


def _package(folder: Path, files: list[str]) -> Installed | None:
    data = source.read(folder, "package.json", LARGEST)
    try:
        manifest = msgspec.json.decode(data or b"")
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not isinstance(manifest, dict):
        return None
    name, version = manifest.get("name"), manifest.get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        return None
    said = declared(manifest)
    refers = not said or said.upper().startswith("SEE LICEN")
    return Installed(name, version, (_from_text(folder, files) or said) if refers else said)


def _from_text(folder: Path, files: list[str]) -> str:
    for name in sorted(one for one in files if LICENCE_FILE.match(one)):
        text = (source.read(folder, name, LARGEST) or b"").decode("utf-8", "replace")
        for pattern, identifier in TEXTS:
            if pattern.search(text):
                return identifier
    return ""


@lru_cache(maxsize=1_024)
def _parsed(expression: str) -> Any:
    from license_expression import ExpressionError  # type: ignore[import-untyped]

    try:
        return _licensing().parse(expression, validate=True)
    except (ExpressionError, RecursionError, ValueError):
        return None


@lru_cache(maxsize=1)
def _licensing() -> Any:
    # Loading the list of licences takes longer than judging all packages by it.
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


def _taken(parsed: Any, policy: LicencePolicy) -> bool:
    parts = getattr(parsed, "args", ())
    name = type(parsed).__name__
    if name == "OR":
        return any(_taken(part, policy) for part in parts)
    if name == "AND":
        return all(_taken(part, policy) for part in parts)
    symbol = getattr(parsed, "license_symbol", parsed)
    return policy.takes(str(symbol.key))


def _shown(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text)[:80]
