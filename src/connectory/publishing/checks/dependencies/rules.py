"""What is looked for in lockfiles."""

from connectory.findings import Gate, Rule, Severity

VULNERABLE = Rule(
    "dependencies/vulnerable",
    Severity.HIGH,
    "A dependency has a known vulnerability that is fixed in a later version",
    "Everybody can read how the vulnerability works, and attacks on it are automatic. The "
    "connector runs with the secrets of a project, so a hole in a package is a hole in a shop.",
    "Take the fixed version: raise the dependency in package.json, or set an override for a "
    "package that another one brings along, and install again so that the lockfile follows.",
)
UNFIXED = Rule(
    "dependencies/vulnerable-unfixed",
    Severity.HIGH,
    "A dependency has a known vulnerability and no version without it",
    "There is nothing to raise it to, so this does not stop a connector; but the vulnerability "
    "is there, and a reviewer will want to know that it cannot be reached.",
    "Replace the package, or make sure that what an attacker sends cannot reach it.",
    Gate.NOWHERE,
)
ELSEWHERE = Rule(
    "dependencies/vulnerable-elsewhere",
    Severity.HIGH,
    "A lockfile that no application on the server is installed from lists a vulnerable package",
    "Nothing of it runs on the platform, so it does not stop a connector: it belongs to a folder "
    "that no application uses, to a lockfile that the install passes over, or to a page of the "
    "Merchant Center, whose files run in the browser. Other scanners read every lockfile of a "
    "repository and may report it.",
    "Update it as you would any other, or remove the lockfile when nobody uses it.",
    Gate.NOWHERE,
)
MALICIOUS = Rule(
    "dependencies/malicious",
    Severity.BLOCKER,
    "A dependency is malicious",
    "The package was published to attack whoever installs it: it reads secrets or runs what its "
    "author sends, often while it is being installed, so it does not matter whether the "
    "application uses it.",
    "Remove the package and what brings it along, and change every secret that was on a machine "
    "where it has been installed.",
    waivable=False,
)
FOREIGN = Rule(
    "dependencies/foreign-source",
    Severity.MAJOR,
    "A dependency does not come from the registry",
    "The platform installs from its registry and reaches no other host. A package from a Git "
    "repository or an address can change or disappear behind the lockfile's back, and no database "
    "of vulnerabilities knows it.",
    "Take the package from the registry; let a company's own registry be mirrored by the one of "
    "the platform, or ask its operator to allow the host (CONNECTORY_REGISTRY_HOSTS).",
)
INTEGRITY = Rule(
    "dependencies/integrity-missing",
    Severity.INFO,
    "The lockfile has no checksum for some packages",
    "Without a checksum nobody notices when a file in the registry, or on the way from it, is not "
    "the one that was tested.",
    "Delete the lockfile and node_modules and install again with the registry's answers: a "
    "current package manager writes a checksum for each package.",
    Gate.NOWHERE,
)
DEPRECATED = Rule(
    "dependencies/deprecated",
    Severity.INFO,
    "A dependency is deprecated",
    "Its authors say that it should not be used any more, and will not mend what is found in it.",
    "Follow what its authors recommend instead.",
    Gate.NOWHERE,
)
UNREADABLE = Rule(
    "dependencies/unreadable",
    Severity.MAJOR,
    "A lockfile cannot be read",
    "What is installed cannot be judged, and the package manager will most likely refuse it too. "
    "Often it holds the marks of a merge that was not finished.",
    "Delete the lockfile and let the package manager write it again.",
)
ALL = (VULNERABLE, UNFIXED, ELSEWHERE, MALICIOUS, FOREIGN, INTEGRITY, DEPRECATED, UNREADABLE)
