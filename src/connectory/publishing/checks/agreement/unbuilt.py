"""Files that are to be run are there, or a build may make them."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.application import ApplicationFiles, below
from connectory.publishing.checks.agreement.commands import SOURCE, RunsFile, commands, wishes
from connectory.publishing.checks.agreement.compiled import BUILDS, output_folder
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.agreement.lines import FILE
from connectory.publishing.checks.agreement.scripts import HOOKS, named, reached, started
from connectory.publishing.package import Package
from connectory.publishing.tools import scripts

UNBUILT_FILE = Rule(
    "specification/unbuilt-file",
    Severity.CRITICAL,
    "A file that is to be run is not there, and no build makes it",
    "Node.js is told to run a file that is not in the repository, and that no build script makes, "
    "or makes in another folder. The command fails wherever it runs.",
    "Commit the file, correct its path, or add a build script that makes it.",
)
HARMLESS = frozenset({"node", "npm", "yarn", "pnpm", "echo", "exit", "true"})
RULES = (UNBUILT_FILE,)
MAKERS = (*BUILDS, "prestart", *scripts.LIFECYCLE)
"""Scripts that run before the application does, and may make files."""


@dataclass(frozen=True)
class Line:
    """A command line, who runs it, and where it is written."""

    who: str
    text: str
    path: str
    place: int | None


def findings(files: ApplicationFiles) -> Iterator[Finding]:
    package = files.package
    if package is None:
        return
    for chain in _chains(files, package):
        paths = [(line, path) for line in chain for path in _files(line.text)]
        if len(paths) == 1 and not any(_may_make(line.text) for line in chain):
            line, path = paths[0]
            if _is_missing(files, package, path):
                yield _unbuilt(files, package, line, path)


def _chains(files: ApplicationFiles, package: Package) -> Iterator[list[Line]]:
    """What is run together after the build, one chain for each occasion."""
    for first in _firsts(files):
        rest = [one for one in reached(package, named(first.text)) if one not in MAKERS]
        lines = (
            Line(one, package.scripts[one], files.manifest, files.member("scripts", one))
            for one in rest
        )
        yield [first, *lines]


def _firsts(files: ApplicationFiles) -> Iterator[Line]:
    start = started(files) if files.served else None
    if start:
        yield Line("start", start, files.manifest, files.member("scripts", "start"))
    for name, attribute in HOOKS:
        text = getattr(files.application.scripts, attribute) or ""
        yield Line(name, text, FILE, files.written.line(files.name, "scripts", name))


def _files(line: str) -> list[str]:
    return [wish.path for wish in wishes(line) if isinstance(wish, RunsFile)]


def _may_make(line: str) -> bool:
    """Whether any of the commands is something else than Node.js and package managers."""
    return any(words and words[0] not in HARMLESS for words in commands(line))


def _unbuilt(files: ApplicationFiles, package: Package, line: Line, path: str) -> Finding:
    return found(
        UNBUILT_FILE,
        f"{line.who} of {files.name} runs {path}, which is not there{_instead(files, package)}.",
        application=files.name,
        path=line.path,
        line=line.place,
        about=path,
    )


def _is_missing(files: ApplicationFiles, package: Package, path: str) -> bool:
    """Whether the file is surely not there when it is to be run."""
    place = below(files.name, path)
    makes = any(package.scripts.get(name) for name in MAKERS)
    if makes and not _is_elsewhere(files, package, place):
        return False
    if place.startswith("..") or "node_modules/" in place:
        return False
    if any(entry.link for entry in files.candidate.within(files.name)):
        return False
    names = (place, *(f"{place}{end}" for end in (".js", ".cjs", ".json", "/index.js")))
    folder = not SOURCE.search(place) and f"{place}/package.json" in files.candidate.files
    return not folder and not any(name in files.candidate.files for name in names)


def _is_elsewhere(files: ApplicationFiles, package: Package, place: str) -> bool:
    """Whether the build makes files, but surely none in the folder of this one."""
    folder = output_folder(files, package)
    others = any(package.scripts.get(name) for name in MAKERS if name not in BUILDS)
    return folder is not None and not others and not place.startswith(f"{files.name}/{folder}/")


def _instead(files: ApplicationFiles, package: Package) -> str:
    folder = output_folder(files, package)
    return f": the build writes to {folder}" if folder else " and which no build makes"
