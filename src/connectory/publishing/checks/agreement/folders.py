"""Each application has a folder with a package.json in it that can be read."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial

from connectory.durable import Rejected
from connectory.findings import Finding, Rule, Severity
from connectory.publishing import package
from connectory.publishing.checks.agreement.application import ApplicationFiles
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.agreement.lines import FILE

MISSING_FOLDER = Rule(
    "specification/missing-folder",
    Severity.BLOCKER,
    "An application has no folder",
    "Each application of connect.yaml is built from the folder of the same name in the root of "
    "the repository. Without it there is nothing to build.",
    "Name the application in connect.yaml as its folder is named, or commit the folder.",
    waivable=False,
)
MISSING_PACKAGE = Rule(
    "specification/missing-package",
    Severity.BLOCKER,
    "An application has no package.json",
    "The package.json in an application's folder says what to install and how to build and start "
    "it. Without it nothing can be built.",
    "Commit a package.json in the application's folder.",
    waivable=False,
)
BROKEN_PACKAGE = Rule(
    "specification/broken-package",
    Severity.BLOCKER,
    "A package.json cannot be read",
    "A package.json must be one JSON object. Package managers refuse anything else, so the "
    "application cannot be installed.",
    "Correct the JSON; `npm pkg get name` in the folder tells whether it can be read.",
    waivable=False,
)
OTHER_LANGUAGE = Rule(
    "specification/other-language",
    Severity.BLOCKER,
    "An application is not written in JavaScript or TypeScript",
    "Connectory builds Node.js applications. It does not build Java yet, and commercetools "
    "Connect takes no languages but these.",
    "Rewrite the application for Node.js.",
    waivable=False,
)
RULES = (MISSING_FOLDER, MISSING_PACKAGE, BROKEN_PACKAGE, OTHER_LANGUAGE)
MOST_NAMES = 50
OTHERS = {
    "pom.xml": "Java",
    "build.gradle": "Java",
    "build.gradle.kts": "Java",
    "requirements.txt": "Python",
    "pyproject.toml": "Python",
    "go.mod": "Go",
    "Gemfile": "Ruby",
    "composer.json": "PHP",
}


def findings(files: ApplicationFiles) -> Iterator[Finding]:
    if not files.names:
        yield _no_folder(files)
    elif "package.json" not in files.names:
        yield _no_package(files)
    elif files.package is None:
        yield _unreadable(files)


def _no_folder(files: ApplicationFiles) -> Finding:
    name = files.name
    folders = sorted({one.split("/")[0] for one in files.candidate.files if "/" in one})
    alike = [one for one in folders if one.lower() == name.lower()]
    near = alike or get_close_matches(name, folders[:MOST_NAMES], 1, 0.75)
    visible = [one for one in folders if not one.startswith(".")][:MOST_NAMES]
    shown = ", ".join(visible) or "none"
    return found(
        MISSING_FOLDER,
        f"The application {name} has no folder {name} in the root of the repository.",
        application=name,
        path=FILE,
        line=files.written.line(name),
        about=name,
        fix=f"Rename the folder {near[0]} to {name}, or the application to {near[0]}."
        if near
        else "",
        evidence=f"Folders there are: {shown}",
    )


def _no_package(files: ApplicationFiles) -> Finding:
    name = files.name
    language = next((OTHERS[one] for one in OTHERS if one in files.names), None)
    line = files.written.line(name)
    tell = partial(found, application=name, path=FILE, line=line, about=name)
    if language:
        what = f"The application {name} is written in {language}, which is not supported."
        return tell(OTHER_LANGUAGE, what)
    what = f"The application {name} has no package.json in its folder."
    return tell(MISSING_PACKAGE, what, fix=f"Commit {files.manifest}.")


def _unreadable(files: ApplicationFiles) -> Finding:
    data, reason = files.candidate.read(files.manifest), "it is a link or too large"
    if data is not None:
        try:
            package.parse(data, files.manifest)
        except Rejected as verdict:
            reason = verdict.message.removeprefix(files.manifest).strip(" .")
    return found(
        BROKEN_PACKAGE,
        f"{files.manifest} cannot be read: {reason}.",
        application=files.name,
        path=files.manifest,
        about=files.name,
    )
