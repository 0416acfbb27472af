"""How large the built application is, and which packages make it so."""

import os
import re
from pathlib import Path

from connectory.findings import Finding
from connectory.publishing.checks.size import APPLICATION, ARTIFACT, LARGE_ARTIFACT, shown

LARGEST = 3
MODULES = "node_modules"
PLATFORM = re.compile(r"(?:^|[-_/.])(?:linux|darwin|win32|freebsd|android)(?:[-_/.]|$)")
"""Packages for one kind of machine are left out: the same content, the same finding anywhere."""


def measure(tree: Path, application: str) -> tuple[Finding, ...]:
    """Blocks for as long as it takes to list the tree once."""
    total, packages = _sizes(tree)
    everywhere = {name: size for name, size in packages.items() if not PLATFORM.search(name)}
    found = [_made_of(application, everywhere)] if everywhere else []
    if total > LARGE_ARTIFACT:
        what = f"{application} is {shown(total)} when it is built."
        found.append(Finding(ARTIFACT.name, ARTIFACT.severity, what, application))
    return tuple(found)


def _made_of(application: str, packages: dict[str, int]) -> Finding:
    largest = sorted(packages.items(), key=lambda item: (-item[1], item[0]))[:LARGEST]
    listed = ", ".join(f"{name} ({shown(size)})" for name, size in largest)
    count = f"{len(packages)} packages" if len(packages) > 1 else "1 package"
    what = f"{application} is built from {count}; the largest: {listed}."
    return Finding(APPLICATION.name, APPLICATION.severity, what, application)


def _sizes(tree: Path) -> tuple[int, dict[str, int]]:
    """Bytes of everything, and of each installed package by name. Links are not followed."""
    total, packages = 0, dict[str, int]()
    waiting = [(str(tree), "")]
    while waiting:
        folder, package = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, _package(folder, entry.name, package)))
                elif entry.is_file(follow_symlinks=False):
                    size = entry.stat(follow_symlinks=False).st_size
                    total += size
                    if package:
                        packages[package] = packages.get(package, 0) + size
    return total, packages


def _package(folder: str, name: str, package: str) -> str:
    """The package that a folder belongs to: the innermost one around it."""
    parent = folder.rsplit("/", 2)
    if parent[-1] == MODULES:
        return "" if name.startswith((".", "@")) else name
    if parent[-1].startswith("@") and parent[-2] == MODULES:
        return f"{parent[-1]}/{name}"
    return "" if name == MODULES else package
