"""What is to be run is there: a way to start, a build where there must be one, named scripts."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.application import ApplicationFiles
from connectory.publishing.checks.agreement.commands import RunsScript, wishes
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.agreement.lines import FILE
from connectory.publishing.model import BUILT_PER_DEPLOYMENT
from connectory.publishing.package import Package
from connectory.publishing.tools import scripts

MISSING_START = Rule(
    "specification/missing-start",
    Severity.BLOCKER,
    "Nothing says how to start an application",
    "Services, event and job applications are programs that the platform starts. It looks for a "
    "Procfile with a web process, a start script in package.json, and a server.js, in this order.",
    "Add a start script to the application's package.json.",
    waivable=False,
)
MISSING_SCRIPT = Rule(
    "specification/missing-script",
    Severity.CRITICAL,
    "A script that is to be run does not exist",
    "A command names a script that package.json does not have. The command fails, and with it the "
    "build, the start or the deployment that runs it.",
    "Add the script to package.json, or correct its name.",
)
MISSING_BUILD = Rule(
    "specification/missing-build",
    Severity.CRITICAL,
    "A Merchant Center application has no build script",
    "Merchant Center applications and views are built for each Deployment, with its configuration. "
    "Without a build script there is nothing to serve.",
    'Add "build": "mc-scripts build" to the scripts of its package.json.',
)
RULES = (MISSING_START, MISSING_SCRIPT, MISSING_BUILD)
HOOKS = (("postDeploy", "post_deploy"), ("preUndeploy", "pre_undeploy"))
"""Scripts of connect.yaml, and where the specification has them."""
MOST_NAMES = 50


def findings(files: ApplicationFiles) -> Iterator[Finding]:
    package = files.package
    if package is None:
        return
    if files.served and started(files) is None:
        yield _no_start(files)
    if files.application.type in BUILT_PER_DEPLOYMENT and not scripts.build(package):
        what = f"The application {files.name} has no build script."
        yield found(MISSING_BUILD, what, application=files.name, path=files.manifest)
    for script, line, path, place in _commands(files, package):
        for name in named(line):
            if name not in package.scripts:
                who = f"{script} runs the script {name}"
                yield _no_script(files, package, who, name, path, place)


def started(files: ApplicationFiles) -> str | None:
    """What starts the application, as the build understands it (facts 4.8)."""
    procfile = files.candidate.text(f"{files.name}/Procfile")
    if files.package is None:
        return None
    return scripts.start(files.package, procfile, server="server.js" in files.names)


def reached(package: Package, names: Iterable[str]) -> list[str]:
    """Scripts of these names, and those that they name, in the order found."""
    pending, known = list(names), dict[str, None]()
    while pending:
        name = pending.pop(0)
        if name not in known and package.scripts.get(name):
            known[name] = None
            pending += named(package.scripts[name])
    return list(known)


def named(line: str) -> list[str]:
    """The scripts that a command line surely runs."""
    return [wish.name for wish in wishes(line) if isinstance(wish, RunsScript)]


def _run_by_platform(files: ApplicationFiles, package: Package) -> list[str]:
    built = scripts.build(package)
    hooks = (getattr(files.application.scripts, attribute) or "" for _, attribute in HOOKS)
    start = ["start"] if files.served else []
    return [*start, *([built[0]] if built else []), *(one for line in hooks for one in named(line))]


def _commands(
    files: ApplicationFiles, package: Package
) -> Iterator[tuple[str, str, str, int | None]]:
    """Who runs what, and where it is written."""
    for name, attribute in HOOKS:
        line = getattr(files.application.scripts, attribute) or ""
        place = files.written.line(files.name, "scripts", name)
        yield f"{name} of {files.name}", line, FILE, place
    for name in reached(package, _run_by_platform(files, package)):
        place = files.member("scripts", name)
        yield f"The script {name} of {files.name}", package.scripts[name], files.manifest, place


def _no_start(files: ApplicationFiles) -> Finding:
    return found(
        MISSING_START,
        f"Nothing says how to start the application {files.name}.",
        application=files.name,
        path=files.manifest,
        line=files.member("scripts"),
        fix=f'Add a "start" script to {files.manifest}.',
    )


def _no_script(
    files: ApplicationFiles, package: Package, who: str, name: str, path: str, line: int | None
) -> Finding:
    near = get_close_matches(name, list(package.scripts)[:MOST_NAMES], 1, 0.7)
    add = f"Add the script {name} to {files.manifest}."
    return found(
        MISSING_SCRIPT,
        f"{who}, which {files.manifest} does not have.",
        application=files.name,
        path=path,
        line=line,
        about=name,
        fix=f"Name the script {near[0]} instead, or add {name} to {files.manifest}."
        if near
        else add,
    )
