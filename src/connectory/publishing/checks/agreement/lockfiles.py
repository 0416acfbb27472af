"""Each application pins its dependencies, once, and the pins fit its package.json."""

from collections.abc import Iterator
from functools import partial

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.application import (
    ApplicationFiles,
    names_in,
    package_in,
)
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.agreement.npm_lock import disagreements
from connectory.publishing.checks.agreement.text_locks import (
    pnpm_disagreements,
    yarn_disagreements,
)
from connectory.toolchains import managers
from connectory.toolchains.managers import Kind, Manager

NO_LOCKFILE = Rule(
    "specification/missing-lockfile",
    Severity.MAJOR,
    "An application has no lockfile",
    "A lockfile pins the versions of all dependencies. Without it each build installs whatever "
    "fits on that day, so what was tested is not what runs, and known holes cannot be found.",
    "Commit package-lock.json, yarn.lock or pnpm-lock.yaml beside package.json.",
)
LOCKFILE_DISAGREES = Rule(
    "specification/lockfile-disagrees",
    Severity.CRITICAL,
    "A lockfile does not fit its package.json",
    "The build installs exactly what the lockfile says, and the package manager refuses when "
    "that is not what package.json asks for: the installation fails.",
    "Install once with the package manager, then commit package.json and the lockfile together.",
)
BROKEN_LOCKFILE = Rule(
    "specification/broken-lockfile",
    Severity.CRITICAL,
    "A lockfile cannot be read",
    "The lockfile is no JSON, often because a merge left its marks in it. The package manager "
    "refuses it, so the application cannot be installed.",
    "Remove the file, install once with the package manager, and commit the new one.",
)
TWO_LOCKFILES = Rule(
    "specification/two-lockfiles",
    Severity.MINOR,
    "An application has lockfiles of different package managers",
    "Only one of them is used for the build. The other grows old without anyone noticing, and is "
    "searched for known holes all the same.",
    "Keep the lockfile of the package manager you use and delete the other.",
)
RULES = (NO_LOCKFILE, LOCKFILE_DISAGREES, BROKEN_LOCKFILE, TWO_LOCKFILES)
MANAGERS = {"npm-shrinkwrap.json": "npm", "package-lock.json": "npm", "yarn.lock": "yarn",
            "pnpm-lock.yaml": "pnpm"}  # fmt: skip
REFRESH = {Kind.NPM: "npm install", Kind.PNPM: "pnpm install"}
SHOWN = 8
MERGE = ("<<<<<<< ", "\n>>>>>>> ")


def findings(files: ApplicationFiles) -> Iterator[Finding]:
    if files.package is None:
        return
    held = [name for name in MANAGERS if name in files.names]
    around = package_in(files.candidate, "")
    if around is not None and around.workspaces:
        held = held or [one for one in MANAGERS if one in names_in(files.candidate, "")]
        yield from () if held else (_none(files),)
        return
    if not held:
        yield _none(files)
        return
    if len({MANAGERS[name] for name in held}) > 1:
        yield _several(files, held)
    yield from _disagreement(files)


def _none(files: ApplicationFiles) -> Finding:
    what = f"The application {files.name} has no lockfile."
    return found(NO_LOCKFILE, what, application=files.name, path=files.manifest)


def _several(files: ApplicationFiles, held: list[str]) -> Finding:
    used = _manager(files).lockfile
    others = ", ".join(name for name in held if name != used)
    return found(
        TWO_LOCKFILES,
        f"{files.name} has {' and '.join(held)}; {used} is used.",
        application=files.name,
        path=f"{files.name}/{held[-1]}",
        fix=f"Delete {others} of {files.name}, unless it is the one you use; then delete {used}.",
    )


def _manager(files: ApplicationFiles) -> Manager:
    lock = files.candidate.text(f"{files.name}/yarn.lock") or ""
    declared = files.package.manager if files.package else None
    return managers.choose(files.names, lock, declared)


def _disagreement(files: ApplicationFiles) -> Iterator[Finding]:
    manager = _manager(files)
    if manager.lockfile is None:
        return
    path = f"{files.name}/{manager.lockfile}"
    tell = partial(found, application=files.name, path=path, about=manager.lockfile)
    refresh = f"Run `{REFRESH.get(manager.kind, 'yarn install')}` in {files.name}"
    if _is_broken(files, manager, path):
        fix = f"Delete {path}. {refresh}, and commit the new file."
        yield tell(BROKEN_LOCKFILE, f"{path} cannot be read.", fix=fix)
        return
    problems = _problems(files, manager, path)
    if problems:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        yield tell(
            LOCKFILE_DISAGREES,
            f"{path} does not fit package.json: {problems[0]}{more}.",
            fix=f"{refresh}, then commit package.json and {manager.lockfile} together.",
            evidence="\n".join(problems[:SHOWN]),
        )


def _problems(files: ApplicationFiles, manager: Manager, path: str) -> list[str]:
    manifest = files.document
    if manager.kind is Kind.NPM:
        return list(disagreements(manifest, files.candidate.json(path) or {}))
    text = (files.candidate.read(path) or b"").decode("utf-8", "replace").replace("\r\n", "\n")
    if manager.kind is Kind.PNPM:
        return list(pnpm_disagreements(manifest, text))
    return list(yarn_disagreements(manifest, text))


def _is_broken(files: ApplicationFiles, manager: Manager, path: str) -> bool:
    data = files.candidate.read(path)
    if data is None:
        return False
    if manager.kind is Kind.NPM:
        return files.candidate.json(path) is None
    text = data.decode("utf-8", "replace")
    return all(mark in f"\n{text}" for mark in MERGE)
