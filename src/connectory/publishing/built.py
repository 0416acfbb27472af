"""What only shows when an application is installed, tested, built and started: its rules, and
findings by them."""

import re

from connectory.durable import Rejected
from connectory.findings import Finding, Gate, Rule, Severity
from connectory.publishing.tools.failures import steady

MOST_EVIDENCE = 3000
WHERE = re.compile(r"(?<![\w/.@-])((?:[\w@.-]+/)*[\w@.-]+\.(?:[cm]?[jt]sx?|json)):(\d{1,7})\b")

FAILED = Rule(
    "build/failed",
    Severity.BLOCKER,
    "The application cannot be built",
    "What cannot be installed, built or packaged can never run.",
    "Build the application in its own folder, from a fresh clone of the tag, as its lockfile says.",
    waivable=False,
)
TEST_FAILED = Rule(
    "tests/failed",
    Severity.HIGH,
    "A test fails",
    "A failing test says that the application does not do what its author expects of it.",
    "Run the test script with CI=true in a fresh clone of the tag, and repair the code or the "
    "test.",
    Gate.CERTIFICATION,
)
TESTS_CRASHED = Rule(
    "tests/crashed",
    Severity.HIGH,
    "The tests could not be run",
    "Tests that do not run say nothing about the application.",
    "Let the test script run in a fresh clone of the tag, without network and configuration.",
    Gate.CERTIFICATION,
)
NO_TESTS = Rule(
    "tests/none",
    Severity.MINOR,
    "The application has no tests",
    "A public Connector is expected to have unit tests.",
    'Add a "test" script to package.json that runs them.',
    Gate.CERTIFICATION,
)
UNCONFIGURED = Rule(
    "build/needs-configuration",
    Severity.INFO,
    "The application could not be built without real configuration",
    "It was built with made-up values for what connect.yaml declares, and the output of its build "
    "names one of them. With the values of a real Deployment it may be built.",
    "Let the build accept any value of the kind that connect.yaml describes, so that it can be "
    "checked here.",
    Gate.NOWHERE,
)
CRASHED = Rule(
    "runtime/crashed",
    Severity.BLOCKER,
    "The application ends before it listens",
    "It was started as a Deployment starts it, and ended before it accepted a connection. Every "
    "Deployment of it would fail.",
    "Run the start script after a fresh install and build, with PORT=8080, and repair what ends "
    "it.",
    waivable=False,
)
WRONG_PORT = Rule(
    "runtime/wrong-port",
    Severity.CRITICAL,
    "The application listens on another port",
    "Requests are sent to the port in the variable PORT, which is 8080. An application that "
    "listens elsewhere is never reached, and its Deployment fails.",
    "Listen on process.env.PORT.",
)
LOOPBACK = Rule(
    "runtime/loopback-only",
    Severity.MAJOR,
    "The application listens on the loopback address only",
    "Requests come from outside of its container, where 127.0.0.1 is not the application.",
    "Listen on all addresses: leave the host out of listen(), or use 0.0.0.0.",
)
SILENT = Rule(
    "runtime/not-listening",
    Severity.HIGH,
    "The application never listens",
    "Service, event and job applications are HTTP servers. One that does not listen on PORT in "
    "time fails the health check of its Deployment.",
    "Start an HTTP server on process.env.PORT; do slow work after that.",
)
PRIVILEGED = Rule(
    "runtime/needs-root",
    Severity.CRITICAL,
    "The application needs the rights of root",
    "Applications run as an ordinary user, who may not listen on ports below 1024.",
    "Listen on process.env.PORT, which is 8080.",
    waivable=False,
)
WRITES = Rule(
    "runtime/writes-outside",
    Severity.MAJOR,
    "The application writes into its own folder",
    "A running application is read-only, and its copies share nothing: what it writes would be "
    "lost. Only /tmp can be written to.",
    "Write to os.tmpdir(), or do it in the build script.",
)
UNDECLARED = Rule(
    "runtime/undeclared-key",
    Severity.HIGH,
    "The application needs a variable that connect.yaml does not declare",
    "Only what connect.yaml declares can be set in a Deployment: without this variable it ends "
    "as soon as it is started.",
    "Declare the key in connect.yaml, or give the code a default.",
)
CONFIGURATION = Rule(
    "runtime/needs-configuration",
    Severity.INFO,
    "The application could not be started without real configuration",
    "It was started with made-up values and without network, and did not get as far as "
    "listening. With the values of a real Deployment it may.",
    "Let the application listen first and ask other services when it needs them, so that it can "
    "be checked here.",
    Gate.NOWHERE,
)
NOT_STARTED = Rule(
    "runtime/not-started",
    Severity.INFO,
    "The application was not started",
    "This machine cannot isolate programs, so nothing can be said about how it starts.",
    "Validate on Linux with bubblewrap, or on the platform.",
    Gate.NOWHERE,
)
RULES = (
    FAILED, TEST_FAILED, TESTS_CRASHED, NO_TESTS, UNCONFIGURED, CRASHED, WRONG_PORT, LOOPBACK,
    SILENT, PRIVILEGED, WRITES, UNDECLARED, CONFIGURATION, NOT_STARTED,
)  # fmt: skip


def finding(
    rule: Rule,
    application: str,
    what: str,
    *,
    severity: Severity | None = None,
    path: str | None = None,
    line: int | None = None,
    about: str = "",
    fix: str = "",
    evidence: str = "",
) -> Finding:
    """``path`` is below the application's folder."""
    place = f"{application}/{path}" if path else None
    return Finding(
        rule.name, severity or rule.severity, what, application, place, line, about, fix,
        steady(evidence)[-MOST_EVIDENCE:],
    )  # fmt: skip


def finding_of(application: str | None, verdict: Rejected) -> Finding:
    """What ended an application's branch, as a finding: its place is the first file that the
    cause names."""
    where = WHERE.search(verdict.cause)
    path, line = (where[1], int(where[2])) if where else (None, None)
    path = path.removeprefix("./") if path else None
    if path and application and not path.startswith(f"{application}/"):
        path = f"{application}/{path}"
    return Finding(
        FAILED.name, FAILED.severity, verdict.cause, application, path, line,
        fix=verdict.fix, evidence=steady(verdict.evidence)[-MOST_EVIDENCE:],
    )  # fmt: skip
