"""Which Node.js an application asks for: that it is pinned, to be had, and still cared for."""

import re
from collections.abc import Iterator
from functools import partial

from semantic_version import NpmSpec, Version

from connectory.findings import Finding, Rule, Severity
from connectory.publishing.checks.agreement.application import ApplicationFiles
from connectory.publishing.checks.agreement.found import found
from connectory.toolchains import ranges
from connectory.toolchains.ranges import NotARange

UNPINNED_NODE = Rule(
    "specification/unpinned-node",
    Severity.MINOR,
    "An application does not say which Node.js it needs",
    "engines.node in package.json decides which Node.js an application is built and run with. "
    "Without it that changes whenever the platform's default does.",
    'Add "engines": {"node": "24.x"} to the application\'s package.json.',
)
OLD_NODE = Rule(
    "specification/end-of-life-node",
    Severity.MAJOR,
    "An application asks for a Node.js that gets no security fixes",
    "Node.js 20 and older, 21, 23 and 25 are at the end of their life: holes found in them stay "
    "open. The platform's image check fails on such holes sooner or later.",
    "Ask for a supported version in engines.node, such as 24.x, and run the tests with it.",
)
NO_NODE = Rule(
    "specification/unusable-node-range",
    Severity.BLOCKER,
    "engines.node names no version of Node.js",
    "The build installs the Node.js that engines.node asks for. This one is no range of versions, "
    "or asks for versions that do not exist.",
    'Write a range that npm understands, such as "24.x" or ">=22".',
    waivable=False,
)
RULES = (UNPINNED_NODE, OLD_NODE, NO_NODE)
SUPPORTED = (22, 24)
ALWAYS_FROM = 26
"""Long-term releases with fixes as of November 2026 (facts 13.1); newer ones are taken as such."""
NEWEST_THINKABLE = 40
NUMBERS = re.compile(r"\d+(?:\.\d+){0,2}")


def findings(files: ApplicationFiles) -> Iterator[Finding]:
    if files.package is None:
        return
    wanted = files.package.node
    tell = partial(found, application=files.name, path=files.manifest)
    line = files.member("engines", "node")
    if wanted is None:
        what = f"{files.name} does not say which Node.js it needs (engines.node)."
        yield tell(UNPINNED_NODE, what)
        return
    shown = wanted[:60]
    try:
        majors = allowed(wanted)
    except NotARange:
        what = f"engines.node of {files.name} is no range of versions: {shown!r}."
        yield tell(NO_NODE, what, line=line, about=shown)
        return
    if not majors:
        what = f"No Node.js is in the range that {files.name} asks for: {shown!r}."
        yield tell(NO_NODE, what, line=line, about=shown)
    elif not any(major in SUPPORTED or major >= ALWAYS_FROM for major in majors):
        what = f"{files.name} asks for Node.js {shown}, which gets no security fixes any more."
        yield tell(OLD_NODE, what, line=line, about=shown)


def allowed(wanted: str) -> frozenset[int]:
    """Major versions of which a release may be in the range. Raises ``NotARange``."""
    try:
        spec = ranges.parsed(wanted)
    except AttributeError:  # what the library makes of "1 - 2 x"
        raise NotARange(wanted) from None
    return frozenset(one.major for one in _samples(wanted) if one in spec)


def _samples(wanted: str) -> Iterator[Version]:
    """The first and last thinkable release of each major version, and those that are named with
    their neighbours."""
    for major in range(NEWEST_THINKABLE + 1):
        yield Version(f"{major}.0.0")
        yield Version(f"{major}.999.999")
    for number in NUMBERS.findall(wanted):
        parts = [int(part) for part in number.split(".")]
        major, minor, patch = [*parts, 0, 0][:3]
        if major <= NEWEST_THINKABLE:
            yield Version(f"{major}.{minor}.{patch}")
            yield Version(f"{major}.{minor}.{patch + 1}")


def accepts(spec: str, version: str) -> bool | None:
    """Whether a version is in npm's range; None when that cannot be told."""
    if max(len(spec), len(version)) > ranges.LONGEST:
        return None
    try:
        return Version(version) in NpmSpec(spec)
    except (ValueError, AttributeError):  # of the second, for "1 - 2 x"
        return None
