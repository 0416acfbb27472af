"""Calls to an address that only exists on the machine of the developer."""

from collections.abc import Iterable, Iterator

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.application import ApplicationFiles
from connectory.publishing.checks.agreement.found import found
from connectory.publishing.checks.code import Match

LOCAL_CALL = Rule(
    "specification/local-call",
    Severity.MAJOR,
    "The code calls an address on its own machine",
    "Applications run apart from each other, each at an address of its own. Nothing answers at "
    "localhost but the application itself, and not on the port it has on a developer's machine.",
    "Take the other application's address from a configuration key.",
)
RULES = (LOCAL_CALL,)


def findings(files: ApplicationFiles, matches: Iterable[Match]) -> Iterator[Finding]:
    for match in matches:
        if match.rule == "call-of-this-machine":
            address = match.captures.get("ADDRESS", "").strip("'\"`")[:80]
            yield found(
                LOCAL_CALL,
                f"{files.name} calls {address}, which is nowhere when it is deployed.",
                application=files.name,
                path=match.path,
                line=match.line,
                about=address,
            )
