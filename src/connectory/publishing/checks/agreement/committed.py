"""Files that should not be in a repository: filled-in .env files and installed packages."""

import re
from collections.abc import Iterator

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.candidate import Candidate

ENV_FILE = Rule(
    "specification/env-file",
    Severity.MAJOR,
    "A filled-in .env file is committed",
    "Values in it go to everyone who can read the repository, and into the built application, "
    "where they take the place of configuration that is missing.",
    "Remove the file from the repository, list it in .gitignore, and replace what "
    "was secret in it.",
)
COMMITTED_MODULES = Rule(
    "specification/committed-modules",
    Severity.MINOR,
    "Installed packages are committed",
    "node_modules is made by the package manager on each build. A committed one makes every "
    "fetch slower and may hold packages for another system.",
    "Remove node_modules from the repository and list it in .gitignore.",
)
RULES = (ENV_FILE, COMMITTED_MODULES)
FILE = re.compile(r"^\.env(\.(local|production|prod|development|dev|staging))?$")
VALUE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*['\"]?([^\s'\"#][^\n]*)$", re.MULTILINE
)
PUBLIC = re.compile(r"^(VITE_|REACT_APP_|NEXT_PUBLIC_|PUBLIC_|NUXT_PUBLIC_|NODE_ENV$|PORT$)")
PLACEHOLDER = re.compile(
    r"^(<|\$|your[-_ ]|x{3}|change[-_ ]?me|\.{3}|todo|dummy|test|example|secret\b|12345|localhost"
    r"|true\b|false\b|\d{1,5}\b)",
    re.IGNORECASE,
)
SECRET = re.compile(
    r"SECRET|PASS|TOKEN|PRIVATE|CREDENTIAL|API_?KEY|(^|_)KEY$|CLIENT_ID", re.IGNORECASE
)
FOLDER = "/node_modules/"


def findings(candidate: Candidate) -> Iterator[Finding]:
    for path in sorted(candidate.files):
        if FILE.match(path.rpartition("/")[2]) and FOLDER not in f"/{path}":
            yield from _env_file(candidate, path)
    for folder in sorted({f"/{path}".partition(FOLDER)[0] for path in candidate.files
                          if FOLDER in f"/{path}"}):  # fmt: skip
        place = f"{folder}/node_modules".strip("/")
        yield found(
            COMMITTED_MODULES,
            f"{place} is committed.",
            application=candidate.application_of(place),
            path=place,
            about="node_modules",
        )


def _env_file(candidate: Candidate, path: str) -> Iterator[Finding]:
    held = VALUE.findall(candidate.text(path) or "")
    names = [
        name for name, value in held if not PUBLIC.match(name) and not PLACEHOLDER.match(value)
    ]
    if names:
        shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        yield found(
            ENV_FILE,
            severity=Severity.MAJOR if any(map(SECRET.search, names)) else Severity.MINOR,
            what=f"{path} is committed with values for {shown}.",
            application=candidate.application_of(path),
            path=path,
            about=path,
        )
