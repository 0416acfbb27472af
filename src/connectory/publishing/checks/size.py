"""The size of a repository, of an artifact and of what an application is made of."""

from collections.abc import Iterable, Iterator
from typing import Any

from connectory.findings import Examination, Finding, Gate, Rule, Severity
from connectory.publishing.checks.candidate import Candidate, Entry, fingerprint
from connectory.publishing.checks.check import Bench

MIB = 1024 * 1024
VERSION = 1
LARGE_FILE = 10 * MIB
LARGE_REPOSITORY = 256 * MIB
MANY_FILES = 20_000
LARGE_ARTIFACT = 512 * MIB
MOST_NAMED = 20

MODULES = Rule(
    "size/node-modules",
    Severity.MAJOR,
    "Installed packages are part of the repository",
    "The platform installs by the lockfile. Committed packages make everything slower, hide what "
    "is really installed and carry programs of another machine.",
    "Add node_modules to .gitignore and run git rm -r --cached node_modules.",
)
BUILD_OUTPUT = Rule(
    "size/build-output",
    Severity.MINOR,
    "The output of a build is part of the repository",
    "The build script makes it anew. What is committed may be older than the code and still run.",
    "Add the folder to .gitignore and run git rm -r --cached on it.",
)
FILE = Rule(
    "size/large-file",
    Severity.MINOR,
    "A very large file is part of the repository",
    "Every validation and every clone fetches it.",
    "Keep it outside of the repository, or fetch it when it is needed.",
)
REPOSITORY = Rule(
    "size/repository",
    Severity.MAJOR,
    "The repository is very large",
    "Every validation fetches and unpacks all of it.",
    "Remove what the connector does not need.",
)
ARTIFACT = Rule(
    "size/artifact",
    Severity.MAJOR,
    "The built application is very large",
    "It is copied to wherever it runs, before its first request can be answered.",
    "Take what only the build needs out of the dependencies, and large files out of the folder.",
)
APPLICATION = Rule(
    "size/application",
    Severity.INFO,
    "What the application is made of",
    "The largest packages decide how long a build and a first start take.",
    "Look for smaller packages if it starts slowly.",
    Gate.NOWHERE,
)
RULES = (MODULES, BUILD_OUTPUT, FILE, REPOSITORY, ARTIFACT, APPLICATION)


class SizeCheck:
    """Judges by the list of files alone: their content is never read."""

    name = "size"
    rules = RULES

    def reads(self, candidate: Candidate, bench: Bench) -> Any:  # noqa: ARG002
        names = [one.name for one in candidate.applications]
        return [VERSION, names, fingerprint(candidate.files.values())]

    async def examine(self, candidate: Candidate, bench: Bench) -> Examination:  # noqa: ARG002
        files = candidate.files.values()
        found = (*_repository(files), *_folders(candidate), *_large(candidate))
        return Examination(self.name, findings=found)


def _repository(files: Iterable[Entry]) -> Iterator[Finding]:
    sizes = [one.size for one in files if not one.link]
    total = sum(sizes)
    if total > LARGE_REPOSITORY or len(sizes) > MANY_FILES:
        what = f"The repository has {len(sizes)} files of together {shown(total)}."
        yield Finding(REPOSITORY.name, REPOSITORY.severity, what)


def _folders(candidate: Candidate) -> Iterator[Finding]:
    """Folders that a build makes, each said once."""
    seen: dict[tuple[Rule, str], int] = {}
    for path in candidate.files:
        parts = path.split("/")
        if "node_modules" in parts[:-1]:
            folder = "/".join(parts[: parts.index("node_modules") + 1])
            seen[MODULES, folder] = seen.get((MODULES, folder), 0) + 1
        elif _is_output(candidate, parts):
            folder = "/".join(parts[:2])
            seen[BUILD_OUTPUT, folder] = seen.get((BUILD_OUTPUT, folder), 0) + 1
    for (rule, folder), count in seen.items():
        application = candidate.application_of(folder)
        what = f"{folder} is committed, with {count} {'file' if count == 1 else 'files'} in it."
        yield Finding(rule.name, rule.severity, what, application, folder, about=folder)


def _is_output(candidate: Candidate, parts: list[str]) -> bool:
    """``dist`` of an application that builds; ``build`` and ``lib`` may well be sources."""
    if len(parts) < 3 or parts[1] != "dist" or candidate.application_of(parts[0]) is None:
        return False
    package = candidate.json(f"{parts[0]}/package.json") or {}
    scripts = package.get("scripts")
    return isinstance(scripts, dict) and bool({"build", "gcp-build"} & scripts.keys())


def _large(candidate: Candidate) -> Iterator[Finding]:
    large = [one for one in candidate.files.values() if one.size > LARGE_FILE and not one.link]
    own = [one for one in large if "node_modules" not in one.path.split("/")]
    for one in sorted(own, key=lambda each: (-each.size, each.path))[:MOST_NAMED]:
        what = f"{one.path} has {shown(one.size)}."
        application = candidate.application_of(one.path)
        yield Finding(FILE.name, FILE.severity, what, application, one.path, about=one.path)


def shown(size: int) -> str:
    return f"{size / MIB:.1f} MiB"
