"""The bill of materials of an artifact in CycloneDX 1.6: which packages ship in it.

No time and no random number: the same artifact gives the same bytes, on every machine.
https://cyclonedx.org/docs/1.6/json
"""

import binascii
import uuid
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectory.attestations.documents import canonical
from connectory.attestations.licences import stated_as

Document = dict[str, Any]

NAMESPACE = uuid.UUID("0d9f5b5e-3c54-5d3c-8a0d-6b8a4d1f7b1e")
ALGORITHMS = {"sha1": ("SHA-1", 20), "sha256": ("SHA-256", 32), "sha384": ("SHA-384", 48),
              "sha512": ("SHA-512", 64)}  # fmt: skip
LONGEST = 500


@dataclass(frozen=True)
class Component:
    """One package that ships. ``licence`` is an SPDX expression or what it says instead,
    ``integrity`` the registry's checksum as lockfiles write it (``sha512-...``), ``requires`` the
    (name, version) of what it asks for."""

    name: str
    version: str
    licence: str = ""
    integrity: str = ""
    requires: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Described:
    """What the bill is of: an application of a repository, as one artifact."""

    name: str
    artifact: str
    version: str
    """The version of Connectory, which wrote it."""


def bill(about: Described, components: Iterable[Component]) -> bytes:
    """The document, one component for each name and version."""
    merged = {(one.name, one.version): one for one in sorted(components, key=_fullest)}
    listed = [merged[key] for key in sorted(merged)]
    root = f"artifact:{about.artifact}"
    document: Document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": _metadata(about, root),
        "components": [_component(one) for one in listed],
        "dependencies": _dependencies(root, listed),
    }
    number = uuid.uuid5(NAMESPACE, canonical(document).decode())
    return canonical(document | {"serialNumber": f"urn:uuid:{number}"})


def purl(name: str, version: str) -> str:
    """A package URL: ``pkg:npm/%40scope/name@1.2.3``."""
    parts = "/".join(quote(part, safe="") for part in name.split("/"))
    return f"pkg:npm/{parts}@{quote(version, safe='.-_~')}"


def _fullest(one: Component) -> tuple[bool, bool, str, str, tuple[tuple[str, str], ...]]:
    """The last of those with one name and version is kept: the one that says most."""
    return bool(one.integrity), bool(one.licence), one.integrity, one.licence, one.requires


def _metadata(about: Described, root: str) -> Document:
    return {
        "component": {
            "type": "application",
            "bom-ref": root,
            "name": about.name,
            "hashes": [{"alg": "SHA-256", "content": about.artifact.removeprefix("sha256:")}],
        },
        "tools": {
            "components": [{"type": "application", "name": "connectory", "version": about.version}]
        },
    }


def _component(one: Component) -> Document:
    found: Document = {
        "type": "library",
        "bom-ref": purl(one.name, one.version),
        "name": one.name[:LONGEST],
        "version": one.version[:LONGEST],
        "purl": purl(one.name, one.version),
    }
    if hashes := _hashes(one.integrity):
        found["hashes"] = hashes
    if one.licence:
        found["licenses"] = [stated_as(one.licence)]
    return found


def _hashes(integrity: str) -> list[Document]:
    """What of a checksum CycloneDX can say; the rest is left out."""
    found: dict[str, str] = {}
    for word in integrity.split():
        name, _, encoded = word.partition("?")[0].partition("-")
        algorithm, size = ALGORITHMS.get(name, ("", 0))
        try:
            content = b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        if algorithm and len(content) == size:
            found.setdefault(algorithm, content.hex())
    return [{"alg": name, "content": found[name]} for name in sorted(found)]


def _dependencies(root: str, listed: list[Component]) -> list[Document]:
    """Who asks for whom, as far as both ship. The application itself asks for all of them: what
    it asks for directly is in its own package.json."""
    names = {(one.name, one.version): purl(one.name, one.version) for one in listed}
    own = {"ref": root, "dependsOn": sorted(names.values())}
    asked = [
        {"ref": names[one.name, one.version],
         "dependsOn": sorted({names[key] for key in one.requires if key in names})}
        for one in listed
    ]  # fmt: skip
    return [own, *(line if line["dependsOn"] else {"ref": line["ref"]} for line in asked)]
