"""Why a site could not be built, for a Deployment's report. Pure."""

import re
from collections.abc import Callable

from connectory.durable import Rejected
from connectory.hosting.exceeding import exceeded
from connectory.hosting.sites.model import SitePlacement
from connectory.sandbox import Finished, Limits

LONGEST_EVIDENCE = 3000
LONGEST_LINE = 300
ERROR = re.compile(r"^\s*(?:\[?\w*Error\]?): (\S[^\n]*)", re.MULTILINE)
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
FIX = "Correct the configuration that its output names, and redeploy."


def refusal(
    placement: SitePlacement, finished: Finished, limits: Limits, masked: Callable[[str], str]
) -> Rejected:
    """What a build that failed says of itself. Evidence is cut after masking: a secret never loses
    the beginning that it is known by."""
    tail = masked(ESCAPES.sub("", finished.tail)).strip()
    what = f"The build of {placement.application_name}"
    cause, fix = _reason(finished, limits, tail)
    return Rejected(f"{what} {cause}", tail[-LONGEST_EVIDENCE:], fix)


def _reason(finished: Finished, limits: Limits, tail: str) -> tuple[str, str]:
    if bound := exceeded(finished, limits, "build_timeout"):
        return bound
    if finished.refused_hosts:
        hosts = ", ".join(finished.refused_hosts)
        return (
            f"failed, and tried to reach {hosts}, which a build may not.",
            "Take it from the npm registry, or ask the operator to allow the host.",
        )
    said = ERROR.search(tail)
    why = f": {said[1].strip()[:LONGEST_LINE]}" if said else "."
    return f"ended with code {finished.code}{why}", FIX
