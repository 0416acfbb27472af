"""What a script's end means for a Deployment's report (facts 5, 14.2 rows 35 and 36). Pure."""

import re
from collections.abc import Callable

from connectory.connectors.model import ReportEntry, ReportEntryType
from connectory.durable import Rejected
from connectory.hosting.exceeding import exceeded
from connectory.hosting.scripts.model import ScriptName, ScriptPlacement
from connectory.sandbox import Finished, Limits
from connectory.toolchains import managers
from connectory.wire import now, timestamp

LONGEST_EVIDENCE = 3000
LONGEST_WORDS = 160
KIND = {
    ScriptName.POST_DEPLOY: ReportEntryType.WARNING,
    ScriptName.PRE_UNDEPLOY: ReportEntryType.ERROR,
}
AGAIN = {
    ScriptName.POST_DEPLOY: "Then redeploy, which runs the script again. What was started runs on.",
    ScriptName.PRE_UNDEPLOY: "Then delete the Deployment again, which repeats its scripts, or "
    "delete it with skipScripts=true and clear away by hand what they would have.",
}
CODES = {
    126: "Code 126 means that a program it calls may not be executed.",
    127: "Code 127 means that a program it calls is not there: it must be a dependency of the "
    "application, or a part of it.",
}
NOISE = re.compile(
    r"^(?:npm (?:error|ERR!) A complete log|npm (?:error|ERR!)\s+/\S+debug-\d+\.log|npm notice)"
    r".*\n?",
    re.MULTILINE,
)
AROUND = re.compile(
    r"^(?:npm (?:error|ERR!|warn)|error Command failed|info Visit https|\s?ELIFECYCLE).*$",
    re.MULTILINE | re.IGNORECASE,
)


def verdict(
    placement: ScriptPlacement, finished: Finished, limits: Limits, masked: Callable[[str], str]
) -> ReportEntry | None:
    """None for a script that did its work. Evidence is cut after masking: a secret never loses the
    beginning that it is known by."""
    if finished.ok:
        return None
    tail = masked(NOISE.sub("", finished.tail)).strip()
    how, fix = _reason(finished, limits, tail)
    cause = f"The {placement.name} script of {placement.application_name} {how}"
    refusal = Rejected(cause, tail[-LONGEST_EVIDENCE:], f"{fix} {AGAIN[placement.name]}")
    return _failed(placement, refusal.message)


def refused(placement: ScriptPlacement, refusal: Rejected) -> ReportEntry:
    """For a script that could not even be begun."""
    return _failed(placement, refusal.message)


def undefined(name: ScriptName, application: str) -> ReportEntry:
    """For an application that declares no such script."""
    title = f'Script for "{name}" not defined'
    return _entry(ReportEntryType.INFORMATION, title, None, application)


def _reason(finished: Finished, limits: Limits, tail: str) -> tuple[str, str]:
    """How it ended, as the rest of a sentence about it, and what helps."""
    if bound := exceeded(finished, limits, "script_timeout"):
        cause, fix = bound
        return f"{cause}{_last_words(tail)}" if finished.cause == "timeout" else cause, fix
    if managers.registry_is_away(tail):
        return (
            "could not reach the npm registry, which is no fault of the Connector.",
            "Try again later, and tell the operator if it stays so.",
        )
    fix = "Correct what its output says." if tail else "Let it say what failed."
    return f"{_ended(finished)}{_last_words(tail)}", fix


def _ended(finished: Finished) -> str:
    if finished.cause == "signal":
        return f"was ended by signal {finished.code - 128}."
    code = CODES.get(finished.code)
    return f"ended with code {finished.code}.{f' {code}' if code else ''}"


def _last_words(tail: str) -> str:
    """The last line of its own: package managers have more to say about a script's end."""
    lines = [line.strip() for line in AROUND.sub("", tail).split("\n") if line.strip()]
    return f' The last it said was: "{lines[-1][:LONGEST_WORDS]}"' if lines else " It said nothing."


def _failed(placement: ScriptPlacement, message: str) -> ReportEntry:
    title = f"Failed during the execution of '{placement.name}' script"
    return _entry(KIND[placement.name], title, message, placement.application_name)


def _entry(kind: ReportEntryType, title: str, message: str | None, application: str) -> ReportEntry:
    return ReportEntry(
        type=kind,
        title=title,
        message=message,
        application=application,
        created_at=timestamp(now()),
    )
