"""Code from beside the application: local modules that are there, and imports that leave it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectory.findings import Finding, Rule, Severity
from connectory.publishing import package
from connectory.publishing.checks.agreement.application import ApplicationFiles, below
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.code import Match

MISSING_MODULE = Rule(
    "specification/missing-module",
    Severity.BLOCKER,
    "A local dependency is not in the repository",
    "A dependency with file: or link: is a folder or an archive of the repository. This one is "
    "not there, so the application cannot be installed.",
    "Commit the module, or depend on a published package.",
    waivable=False,
)
OUTSIDE_IMPORT = Rule(
    "specification/outside-import",
    Severity.MINOR,
    "Code is imported from outside the application's folder",
    "Connectory lays the repository beside each application, so this works here. On commercetools "
    "Connect applications are built in their own folder, and builds with such imports have failed.",
    "Make the shared folder a package, and depend on it: file:../shared with npm, link:../shared "
    "with yarn.",
)
MISSING_IMPORT = Rule(
    "specification/missing-import",
    Severity.CRITICAL,
    "Imported code is not in the repository",
    "The code imports a file from beside the application that is not in the repository: the build "
    "or the start fails.",
    "Commit the file, or correct the path.",
)
RULES = (MISSING_MODULE, OUTSIDE_IMPORT, MISSING_IMPORT)
SCHEMES = ("file:", "link:", "portal:")
ARCHIVES = (".tgz", ".tar.gz", ".tar")
ENDINGS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json", ".d.ts")
GENERATED = frozenset({"dist", "build", "out", "generated", "__generated__", "node_modules"})


def missing_modules(files: ApplicationFiles) -> Iterator[Finding]:
    for kind in package.DEPENDENCIES:
        for name, wanted in sorted(_object(files.document.get(kind)).items()):
            if not isinstance(wanted, str) or not wanted.startswith(SCHEMES):
                continue
            target = wanted.partition(":")[2]
            if not _is_there(files, target):
                yield found(
                    MISSING_MODULE,
                    f"{files.name} depends on {name} in {target}, which is not in the repository.",
                    application=files.name,
                    path=files.manifest,
                    line=files.member(kind, name),
                    about=name,
                )


def outside_imports(files: ApplicationFiles, matches: Iterable[Match]) -> Iterator[Finding]:
    """One finding for each imported thing, at its first import."""
    told: set[str] = set()
    for match in matches:
        if match.rule != "import-above":
            continue
        wanted = match.captures.get("FROM", "").strip("'\"`")
        target = below(match.path.rpartition("/")[0], wanted)
        if any(target == one or target.startswith(f"{one}/") for one in files.folders):
            continue
        there = _resolves(files, target)
        # a path given to require may be meant from where the build puts the file
        if target not in told and (there or match.text.startswith(("import ", "export "))):
            told.add(target)
            yield _outside(files, match, wanted, target, there)


def _outside(
    files: ApplicationFiles, match: Match, wanted: str, target: str, there: bool
) -> Finding:
    what = f"{match.path} imports {wanted}, " + (
        f"which is outside of {files.name}." if there else "which is not in the repository."
    )
    return found(
        OUTSIDE_IMPORT if there else MISSING_IMPORT,
        what,
        application=files.name,
        path=match.path,
        line=match.line,
        about=target,
    )


def _resolves(files: ApplicationFiles, target: str) -> bool:
    """True as well for what a build may make, or a loader may find in its own way."""
    held = files.candidate.files
    folders = target.split("/")
    stem, _, ending = target.rpartition(".")
    names = [f"{target}{end}" for end in ENDINGS] + [f"{target}/index{end}" for end in ENDINGS]
    names += [f"{stem}.{ending.replace('js', 'ts')}", f"{stem}.tsx", f"{target}/package.json"]
    if GENERATED & {*folders} or "?" in target:
        return True
    linked = any(f"{'/'.join(folders[:n])}" in held for n in range(1, len(folders)))
    return linked or any(name in held for name in names)


def _is_there(files: ApplicationFiles, target: str) -> bool:
    place = below(files.name, target)
    if target.startswith(("/", "~")) or place.startswith(".."):
        return False
    if target.endswith(ARCHIVES):
        return place in files.candidate.files
    return place == "." or f"{place}/package.json" in files.candidate.files


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
