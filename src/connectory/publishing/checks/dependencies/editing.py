"""Changing a package.json as its package manager would: same order, same indentation."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from connectory.publishing.checks.dependencies.remedy import Remedy, Way, override
from connectory.publishing.package import DEPENDENCIES

INDENTED = re.compile(r"^([ \t]+)\"", re.MULTILINE)
RANGE = re.compile(r"^((?:npm:(?:@[^/]+/)?[^@]+@)?)([~^]?)\d[\w.+\-]*$")


def changed(text: str, remedies: Iterable[Remedy]) -> str:
    """The text of a package.json with every remedy in it; itself when nothing is to be changed.

    Raises ``ValueError`` when it is no JSON object.
    """
    document = json.loads(text.removeprefix("\ufeff"))
    if not isinstance(document, dict):
        raise ValueError("package.json is not a JSON object")  # noqa: TRY004 - of what is in it
    before = json.dumps(document)
    for remedy in remedies:
        if remedy.way is Way.RAISE:
            _raise(document, remedy)
        elif remedy.way is Way.OVERRIDE:
            _merge(document, override(remedy))
    return text if json.dumps(document) == before else _written(document, text)


def raised(wanted: str, version: str) -> str:
    """A range that begins at a version and reaches as far as the one before did."""
    match = RANGE.match(wanted)
    return f"{match[1]}{match[2]}{version}" if match else f"^{version}"


def _raise(document: dict[str, Any], remedy: Remedy) -> None:
    for field in (*DEPENDENCIES, "peerDependencies"):
        asked = document.get(field)
        if isinstance(asked, dict) and isinstance(asked.get(remedy.name), str):
            asked[remedy.name] = raised(asked[remedy.name], remedy.version)


def _merge(document: dict[str, Any], addition: Mapping[str, Any]) -> None:
    for key, value in addition.items():
        present = document.get(key)
        if not isinstance(value, dict):
            document[key] = value
        elif isinstance(present, str):
            # A version for the package itself, beside those for what it brings along.
            document[key] = {".": present, **value}
        else:
            document[key] = present if isinstance(present, dict) else {}
            _merge(document[key], value)


def _written(document: Mapping[str, Any], text: str) -> str:
    match = INDENTED.search(text)
    written = json.dumps(document, indent=match[1] if match else 2, ensure_ascii=False)
    written += "\n" if text.endswith("\n") else ""
    return written.replace("\n", "\r\n") if "\r\n" in text else written
