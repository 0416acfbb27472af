"""How an application began its life, and what that says about it. Pure."""

import re
from dataclasses import dataclass

from connectory.findings import Finding, Rule, Severity
from connectory.publishing import built
from connectory.publishing.tools import failures

PORT = 8080
PATHS = re.compile(r"\S*/\S*")
NETWORK = re.compile(
    r"\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)\b"
    r"|fetch failed|socket hang up|network error|\b(?:401|403)\b|unauthori[sz]ed|invalid_client",
    re.IGNORECASE,
)
CONFIGURATION = re.compile(
    r"configuration|environment variable|\benv(?:ironment)?\b|validation|invalid|missing|required"
    r"|must be|not set\b|is not valid JSON|in JSON at|JSON input|credential|placeholder",
    re.IGNORECASE,
)
SURE = re.compile(
    r"Cannot find (?:module|package) '|ERR_REQUIRE_ESM|is not defined in ES module scope"
    r"|Cannot use import statement outside a module|ERR_UNKNOWN_FILE_EXTENSION"
    r"|ERR_PACKAGE_PATH_NOT_EXPORTED|ERR_DLOPEN_FAILED|does not provide an export named"
    r"|SyntaxError: (?![^\n]*JSON)"
)
"""No configuration makes up for any of these."""
PRIVILEGED = re.compile(r"listen EACCES: permission denied (?:\S*:)?(\d+)\b")
READ_ONLY = re.compile(r"EROFS: read-only file system, \w+ '([^']+)'|([^\s:]+): Read-only file sys")
NAME = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
WANTED = re.compile(r"missing|required|undefined|not set|not defined|not provided|must be set"
                    r"|is empty|not found", re.IGNORECASE)  # fmt: skip
WITHOUT = re.compile(r"default|fall|optional|using|assum|ignor|skip", re.IGNORECASE)


@dataclass(frozen=True)
class Start:
    """What was seen. ``ports`` are others than ``PORT``; ``loopback``: it listens there, but for
    itself only. ``code`` and ``cause`` are None while it ran on; ``busy``: it was still working.
    ``made_up`` are the keys without a real value, ``unset`` the variables that its code reads and
    nobody can set, as far as ``output`` names them."""

    output: str
    listening: bool = False
    loopback: bool = False
    ports: frozenset[int] = frozenset()
    code: int | None = None
    cause: str | None = None
    busy: bool = False
    waited: float = 0.0
    made_up: frozenset[str] = frozenset()
    unset: frozenset[str] = frozenset()


def judged(application: str, start: Start) -> tuple[Finding, ...]:
    """Nothing for one that listens as it should."""
    found = list[Finding]()
    if written := READ_ONLY.search(start.output):
        place = written[1] or written[2]
        what = f"{application} tries to write to {place}, which is read-only."
        found.append(_finding(built.WRITES, application, what, start, about=place))
    if start.listening:
        if start.loopback:
            what = f"{application} listens on port {PORT} of the loopback address only."
            found.append(_finding(built.LOOPBACK, application, what, start))
        return tuple(found)
    verdict = _ended if start.code is not None else _unheard
    return (*found, verdict(application, start))


def complaints(output: str) -> frozenset[str]:
    """Names in the style of variables that the output says are missing."""
    lines = [line for line in output.split("\n") if WANTED.search(line)]
    return frozenset(
        name for line in lines if not WITHOUT.search(line) for name in NAME.findall(line)
    )


def _ended(application: str, start: Start) -> Finding:
    if privileged := PRIVILEGED.search(start.output):
        what = f"{application} wants to listen on port {privileged[1]}, which only root may."
        return _finding(built.PRIVILEGED, application, what, start, about=privileged[1])
    if _is_sure(start):
        return _crash(application, start, Severity.BLOCKER)
    if start.cause == "memory":
        return _crash(application, start, Severity.CRITICAL)
    if start.unset:
        return _undeclared(application, start)
    if _lacks_something(start):
        return _excused(application, start, _how(start))
    certain = start.code == 0 or not start.made_up
    return _crash(application, start, Severity.CRITICAL if certain else Severity.MAJOR)


def _unheard(application: str, start: Start) -> Finding:
    if _lacks_something(start):
        return _excused(application, start, f"did not listen within {start.waited:g} seconds")
    if start.ports:
        listed = " and ".join(map(str, sorted(start.ports)))
        what = f"{application} listens on port {listed}, not on {PORT}."
        return _finding(built.WRONG_PORT, application, what, start, about=listed)
    if start.made_up:
        return _excused(application, start, f"did not listen within {start.waited:g} seconds")
    what = f"{application} did not listen on port {PORT} within {start.waited:g} seconds."
    severity = Severity.MAJOR if start.busy else Severity.HIGH
    return _finding(built.SILENT, application, what, start, severity=severity)


def _is_sure(start: Start) -> bool:
    """The last word is one that no configuration could change."""
    if start.code == 127 and re.search(r"sh: \d+: \S+: not found", start.output):
        return True
    last = [match.start() for match in SURE.finditer(start.output)][-1:]
    return bool(last) and not _complains(start.output[last[0] :])


def _lacks_something(start: Start) -> bool:
    return bool(NETWORK.search(start.output)) or _complains(start.output)


def _complains(text: str) -> bool:
    return CONFIGURATION.search(PATHS.sub("", text)) is not None


def _crash(application: str, start: Start, severity: Severity) -> Finding:
    known = failures.explain(start.output)
    cause = f"{known[0]}" if known else f"it {_how(start)}."
    what = f"{application} does not start: {cause}"
    fix = known[1] if known else ""
    return _finding(built.CRASHED, application, what, start, severity=severity, fix=fix)


def _undeclared(application: str, start: Start) -> Finding:
    names = ", ".join(sorted(start.unset))
    what = f"{application} does not start without {names}, which connect.yaml does not declare."
    unsure = NETWORK.search(start.output) or any(key in start.output for key in start.made_up)
    severity = Severity.MAJOR if unsure else None
    return _finding(built.UNDECLARED, application, what, start, severity=severity, about=names)


def _excused(application: str, start: Start, how: str) -> Finding:
    known = failures.explain(start.output)
    why = f": {known[0]}" if known else "."
    what = f"{application} {how} with made-up configuration and without network{why}"
    return _finding(built.CONFIGURATION, application, what, start)


def _how(start: Start) -> str:
    if start.cause == "memory":
        return "used more memory than an application may have"
    if start.cause == "signal" and start.code is not None:
        return f"was ended by signal {start.code - 128} before it listened"
    return f"ended with code {start.code} before it listened on port {PORT}"


def _finding(
    rule: Rule,
    application: str,
    what: str,
    start: Start,
    *,
    severity: Severity | None = None,
    about: str = "",
    fix: str = "",
) -> Finding:
    evidence = failures.without_noise(start.output)
    return built.finding(
        rule, application, what, severity=severity, about=about, fix=fix, evidence=evidence
    )
