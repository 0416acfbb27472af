"""The report in the platform's words: few entries with known titles, the cause in the first line.

Titles are those of facts 7.2. ``code``, ``dependencies`` and ``secrets`` are what the platform
calls SAST and SCA; ``runtime`` is how the artifact behaves when it starts; ``licences`` and
``size`` are about what the image holds. ``tests`` have entries of their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectory.findings.model import State
from connectory.findings.odd import one_line, visible
from connectory.findings.policy import Effect, Stage
from connectory.findings.report import CheckReport, FullReport, Reported

LONGEST_ENTRY = 4096
LONGEST_LINE = 300
MOST_LINES = 10

ANALYSIS = "SAST and SCA analysis"
IMAGE = "Image security analysis"
RUNTIME = "Connector runtime security"
SPECIFICATION = "Connector specification file validation"
OF_THE_TESTS = "tests"
GROUPS = {
    "code": ANALYSIS,
    "dependencies": ANALYSIS,
    "secrets": ANALYSIS,
    "exceptions": ANALYSIS,
    "specification": SPECIFICATION,
    "runtime": RUNTIME,
    "licences": IMAGE,
    "size": IMAGE,
}
STAGES = {
    Stage.PREVIEW: "preview",
    Stage.PUBLISH: "private publishing",
    Stage.CERTIFICATION: "certification",
}


class Ending(StrEnum):
    """SKIPPED: nothing was examined, or not everything could be: never called a success."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class GroupEntry:
    """``application`` is named when everything that failed belongs to one."""

    check: str
    ending: Ending
    message: str
    application: str | None = None

    @property
    def title(self) -> str:
        return f"{self.check} check {self.ending}"


def first_line(findings: Iterable[Reported], checks: Sequence[CheckReport]) -> str:
    """The cause in one line: what stops it, where, by which rule; or that nothing does, and what
    could not be judged."""
    found = tuple(findings)
    stops = [one for one in found if one.effect is Effect.BLOCKS]
    if not stops:
        return _nothing_stops(found, checks)
    return f"{_stop(len(stops))}: {_some(stops)}"


def entries(report: FullReport) -> tuple[GroupEntry, ...]:
    """One entry for each of the platform's checks that examined something or should have."""
    titles = dict.fromkeys(GROUPS[one.name] for one in report.checks if one.name in GROUPS)
    return tuple(_entry(title, report) for title in titles)


def _entry(title: str, report: FullReport) -> GroupEntry:
    checks = [one for one in report.checks if GROUPS.get(one.name) == title]
    found = [one for one in report.findings if GROUPS.get(one.rule.partition("/")[0]) == title]
    stops = [one for one in found if one.effect is Effect.BLOCKS]
    if stops:
        owners = {one.application for one in stops}
        ending, owner = Ending.FAILED, owners.pop() if len(owners) == 1 else None
    else:
        clean = any(one.state is State.EXAMINED for one in checks) and not _unjudged(checks)
        ending, owner = Ending.SUCCEEDED if clean else Ending.SKIPPED, None
    return GroupEntry(title, ending, _message(found, checks), owner)


def _message(found: Sequence[Reported], checks: Sequence[CheckReport]) -> str:
    alone = len(found) == 1 and found[0].effect is Effect.BLOCKS
    shown = () if alone else found[:MOST_LINES]
    lines = [first_line(found, checks), *(_line(one) for one in shown)]
    if len(found) > MOST_LINES:
        lines.append(f"... and {len(found) - len(shown)} more in the full report.")
    if found and found[0].fix:
        lines.append(f"To fix the first: {one_line(found[0].fix, 600)}")
    return "\n".join(lines)[:LONGEST_ENTRY]


def _line(one: Reported) -> str:
    """``path:line what (rule)``, with what it leads to where that is not plain."""
    mark = {Effect.BLOCKS: "", Effect.REPORTED: "reported: ", Effect.EXCEPTED: "exception: "}
    return mark[one.effect] + cause(one)


def cause(one: Reported, limit: int = LONGEST_LINE) -> str:
    """What, where and by which rule, in one line of at most ``limit`` characters."""
    rule = f" ({visible(one.rule)})"
    # "service service listens on 80" says no more than "service listens on 80"
    place = "" if one.path is None and one.place in one.what else f"{one.place} "
    text = one_line(f"{place}{one.what}", limit - len(rule))
    return text + rule


def _some(stops: Sequence[Reported]) -> str:
    text = cause(stops[0])
    for number, one in enumerate(stops[1:], 1):
        longer = f"{text}; {cause(one)}"
        if len(longer) > LONGEST_LINE:
            return f"{text}; and {len(stops) - number} more"
        text = longer
    return text


def _nothing_stops(found: Sequence[Reported], checks: Sequence[CheckReport]) -> str:
    if checks and all(one.state is State.SKIPPED for one in checks):
        return f"Nothing was examined{_because(checks[0])}"
    if missing := _unjudged(checks):
        return f"Nothing that was examined stops it, but {missing}"
    excepted = sum(one.effect is Effect.EXCEPTED for one in found)
    reported = len(found) - excepted
    said = [f"{_count(reported, 'finding')} to look at"] if reported else []
    said += [f"{_count(excepted, 'exception')} in force"] if excepted else []
    return f"Nothing stops it: {' and '.join(said)}." if said else "Nothing was found."


def _unjudged(checks: Iterable[CheckReport]) -> str:
    without = [one for one in checks if one.state is State.NO_DATA]
    said = (f"{one.name} could not be judged{_because(one)}" for one in without)
    return "; ".join(said)


def _because(check: CheckReport) -> str:
    return f": {one_line(check.note)}" if check.note else "."


def stopping(stops: int, found: int) -> str:
    """How many of a check's findings stop the connector, in few words."""
    verb = "stops" if stops == 1 else "stop"
    return f"{stops} of {found} {verb} it" if found > stops else f"{stops} {verb} it"


def _stop(number: int) -> str:
    return "One finding stops it" if number == 1 else f"{number} findings stop it"


def _count(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
