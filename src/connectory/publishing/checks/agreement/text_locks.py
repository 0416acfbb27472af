"""yarn.lock and pnpm-lock.yaml against package.json: what a frozen install refuses.

Both are read line by line for the few lines that matter: they are YAML, or nearly, and large.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

YARN_KEY = re.compile(r'^"?[^\s#"][^\n]*:$', re.MULTILINE)
PNPM_ENTRY = re.compile(r"^      (?:'([^']+)'|\"([^\"]+)\"|([^\s:]+)):$")
PNPM_SPECIFIER = re.compile(r"^        specifier: (.+)$")
KINDS = ("dependencies", "devDependencies", "optionalDependencies")
RANGE = re.compile(r"^[\d^~<>=*x]")
RELEASE = re.compile(r"^[\w.^~<>=*| -]+$")


def yarn_disagreements(manifest: Mapping[str, Any], lock: str) -> Iterator[str]:
    """Dependencies whose range is no key of the lock, for both generations of yarn."""
    if manifest.get("workspaces"):
        return
    keys = yarn_keys(lock)
    resolved = {name.rpartition("/")[2] for name in _object(manifest.get("resolutions"))}
    for name, wanted in _direct(manifest):
        if name.rpartition("/")[2] in resolved or not RELEASE.match(wanted):
            continue
        if not {f"{name}@{wanted}", f"{name}@npm:{wanted}"} & keys:
            yield f"{name}@{wanted} is not in it"


def yarn_keys(lock: str) -> frozenset[str]:
    """``name@range`` of every entry."""
    return frozenset(
        part.strip().strip('"')
        for line in YARN_KEY.findall(lock)
        for part in line.removesuffix(":").strip('"').split(", ")
    )


def pnpm_disagreements(manifest: Mapping[str, Any], lock: str) -> Iterator[str]:
    """Dependencies whose range differs from the specifier that the lock was made for."""
    known = pnpm_specifiers(lock)
    overridden = _object(manifest.get("pnpm")).get("overrides")
    if manifest.get("workspaces") or overridden or known is None:
        return
    for name, wanted in _direct(manifest):
        if name not in known:
            yield f"{name} ({wanted}) is not in it"
        elif RANGE.match(wanted) and RELEASE.match(wanted) and known[name] != wanted:
            yield f"{name} was locked for {known[name]}, package.json asks for {wanted}"


def pnpm_specifiers(lock: str) -> dict[str, str] | None:
    """What the lock was made for; None for a form of it that says so in another way."""
    if "\nimporters:\n" not in lock or "\noverrides:\n" in lock:
        return None
    section = lock.partition("\nimporters:\n")[2]
    found: dict[str, str] = {}
    project = name = ""
    for line in section.splitlines():
        if line and not line.startswith(" "):
            break
        if line.startswith("  ") and line[2:3] not in (" ", ""):
            project = line.strip().rstrip(":").strip("'\"")
        if project != ".":
            continue
        if entry := PNPM_ENTRY.match(line):
            name = next(group for group in entry.groups() if group)
        elif specifier := PNPM_SPECIFIER.match(line):
            found[name] = specifier[1].strip().strip("'\"")
    return found


def _direct(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        for name, wanted in sorted(_object(manifest.get(kind)).items()):
            if isinstance(wanted, str):
                yield name, wanted


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
