"""Evidence of a connector that meets every requirement a machine can tell, and ways to spoil it."""

from typing import Any

from tests.findings.samples import report as report_on
from tests.findings.samples import rule, terms

from connectory.certification.evidence import (
    Dependency,
    Evidence,
    File,
    Listing,
    Text,
    Trial,
)
from connectory.connectors.model import ApplicationConfiguration, ConfigurationKey, Creator
from connectory.findings import Examination, Finding, Severity, State
from connectory.findings.policy import Stage
from connectory.findings.report import FullReport, Source
from connectory.findings.report_making import Terms
from connectory.specification import ApplicationType
from connectory.wire import replace

COMMIT, TREE = "c" * 40, "e" * 40
README = """\
# Tax

## Installation

Run it.

Usage
-----

Ask it.
"""
PACKAGE = '{\n  "name": "service",\n  "scripts": {\n    "test:integration": "jest it"\n  }\n}\n'
CHECKS = (
    "specification", "dependencies", "code", "secrets", "size", "tests", "runtime", "licences",
)  # fmt: skip
RULES = (
    rule("code/console-log", Severity.MINOR),
    rule("code/hard-coded-credential", Severity.MAJOR),
    rule("tests/none", Severity.INFO),
    rule("runtime/needs-configuration", Severity.INFO),
    rule("runtime/crashed", Severity.HIGH),
    rule("runtime/writes-outside", Severity.MAJOR),
    rule("size/artifact", Severity.HIGH),
    rule("licences/denied", Severity.HIGH),
    rule("specification/missing-lockfile", Severity.MAJOR),
)
NAMES = {
    "connect.yaml": "1",
    "README.md": "2",
    "LICENSE": "3",
    "service/package.json": "4",
    "service/package-lock.json": "5",
    "service/src/index.ts": "6",
    "service/tests/integration/route.spec.ts": "7",
}


def key(name: str, description: str = "The place that taxes are asked for") -> ConfigurationKey:
    return ConfigurationKey(key=name, description=description, required=True)


def listing(**changes: Any) -> Listing:
    configuration = ApplicationConfiguration(
        application_name="service",
        application_type=ApplicationType.SERVICE,
        standard_configuration=(key("REGION"),),
        secured_configuration=(key("TOKEN"),),
    )
    said = Listing(
        name="Tax",
        description="Works out taxes for every cart.",
        creator=Creator(email="ada@example.org", name="Ada", company="Engines"),
        integration_types=("tax",),
        supported_regions=("europe-west1.gcp",),
        documentation_url="https://example.org/tax",
        configurations=(configuration,),
        global_configuration=None,
        scopes=("manage_orders",),
    )
    return replace(said, **changes)


def full(*findings: Finding, without: tuple[str, ...] = (), blind: str = "") -> FullReport:
    """A report of certification: every check has run but those ``without``; ``blind`` had no
    data."""
    base = terms(Stage.CERTIFICATION)
    known = dict(base.rules) | {one.name: one for one in RULES}
    given = Terms(base.stage, base.policy, known, base.today, base.version)
    named = {one.rule.partition("/")[0] for one in findings}
    examined = [
        Examination(name, State.NO_DATA if name == blind else State.EXAMINED)
        for name in CHECKS
        if name not in without and name not in named
    ]
    source = Source("https://github.com/acme/c.git", "v1", COMMIT, TREE)
    return report_on(*findings, examinations=examined, given=given, source=source)


def files(**changes: str) -> tuple[File, ...]:
    """``changes``: ids by path; an empty one leaves the file out."""
    return tuple(File(path, id_, 10) for path, id_ in (NAMES | changes).items() if id_)


def trial(**changes: Any) -> Trial:
    tried = Trial(
        "service", "sha256:" + "a" * 64, "2026-10-01T10:00:00.000Z", True, "GET /service",
        "200 OK", "listening on 8080",
    )  # fmt: skip
    return replace(tried, **changes)


def evidence(**changes: Any) -> Evidence:
    seen = Evidence(
        commit=COMMIT,
        tree=TREE,
        files=files(),
        texts=(Text("README.md", README), Text("service/package.json", PACKAGE)),
        dependencies=(Dependency("service/package-lock.json", "express", "4.0.0"),),
        listing=listing(),
        report=full(),
        tag_commit=COMMIT,
        trials=(trial(),),
    )
    return replace(seen, **changes)


def finding(name: str, severity: Severity, **fields: Any) -> Finding:
    return Finding(name, severity, f"About {name}", path="service/src/index.ts", line=3, **fields)
