"""The report for a terminal: the verdict last, where a reader's eyes are."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from connectory.findings.model import Severity, State
from connectory.findings.odd import one_line, visible
from connectory.findings.policy import Effect
from connectory.findings.report import CheckReport, FullReport, Reported, Verdict, by_application
from connectory.findings.report_entries import STAGES, stopping

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

MOST_OF_A_RULE = 10
EVIDENCE_LINES = 8
MARKS = {Effect.BLOCKS: "✕", Effect.REPORTED: "•", Effect.EXCEPTED: "○"}
COLOURS = {Effect.BLOCKS: "red", Effect.REPORTED: "yellow", Effect.EXCEPTED: "cyan"}


def show(report: FullReport, console: "Console") -> None:
    """Print the findings by application and rule, then the checks, then the verdict."""
    for part in _parts(report):
        console.print(part, soft_wrap=False)


def _parts(report: FullReport) -> "Iterator[RenderableType]":
    for application, rules in by_application(report.findings):
        yield _heading(application)
        for name, found in rules:
            yield from _rule(name, found)
    yield _checks(report)
    yield from _verdict(report)


def _heading(application: str | None) -> "Text":
    from rich.text import Text

    name = "Whole connector" if application is None else f"Application {one_line(application)}"
    return Text(f"\n{name}", style="bold underline")


def _rule(name: str, found: Sequence[Reported]) -> "Iterator[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    yield Text.assemble(
        "\n", (one_line(found[0].title), "bold"), "  ", (one_line(name), "dim"), overflow="fold"
    )
    if found[0].why:
        yield Padding(Text(one_line(found[0].why, 1000), style="dim"), (0, 0, 0, 2))
    for fix, alike in _by_fix(found[:MOST_OF_A_RULE]).items():
        for one in alike:
            yield Padding(_finding(one), (0, 0, 0, 2))
        if fix:
            line = Text.assemble(("To fix it: ", "green"), one_line(fix, 1000))
            yield Padding(line, (0, 0, 0, 4))
    if len(found) > MOST_OF_A_RULE:
        yield Text(f"  ... and {len(found) - MOST_OF_A_RULE} more places (--json has them all)")


def _by_fix(found: Sequence[Reported]) -> dict[str, list[Reported]]:
    """Findings with the fix they share."""
    alike: dict[str, list[Reported]] = {}
    for one in found:
        alike.setdefault(one.fix, []).append(one)
    return alike


def _finding(one: Reported) -> "Text":
    from rich.text import Text

    colour = COLOURS[one.effect]
    text = Text(overflow="fold")
    text.append(f"{MARKS[one.effect]} ", colour)
    text.append(one.severity.lower(), colour if one.severity.fails else _quiet(one.severity))
    if one.path is not None:
        text.append(f"  {one_line(one.place)}", "bold")
    text.append(f"  {one_line(one.what)}")
    if not one.shipped:
        text.append("  (not shipped)", "dim")
    for line in visible(one.evidence).splitlines()[:EVIDENCE_LINES]:
        text.append(f"\n    {line[:200]}", "dim")
    if one.exception is not None:
        until = one.exception.expires.isoformat()
        text.append(f"\n    exception until {until}: {one_line(one.exception.reason)}", "cyan")
    return text


def _quiet(severity: Severity) -> str:
    return "yellow" if severity in {Severity.MAJOR, Severity.MEDIUM} else "dim"


def _checks(report: FullReport) -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("", "")
    for check in report.checks:
        mark, said, style = _state(check, report)
        name = Text.assemble((f"{mark} ", style), one_line(check.name))
        more = " ".join(one_line(part) for part in (check.note, _named(check.data)) if part)
        table.add_row(name, Text.assemble((said, style), f"  {more}" if more else ""))
    return table


def _named(data: str) -> str:
    """A digest is for comparing reports: its beginning is enough here."""
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{20,}\b", r"\1", data)


def _state(check: CheckReport, report: FullReport) -> tuple[str, str, str]:
    found = report.of(check.name)
    stops = sum(one.effect is Effect.BLOCKS for one in found)
    if stops:
        return "✕", stopping(stops, len(found)), "red"
    if check.state is State.NO_DATA:
        return "?", "could not be judged", "yellow"
    if check.state is State.SKIPPED:
        return "-", "skipped", "dim"
    return ("•", f"{len(found)} to look at", "yellow") if found else ("✓", "nothing found", "green")


def _verdict(report: FullReport) -> "Iterator[RenderableType]":
    from rich.text import Text

    refused = report.verdict is Verdict.REFUSED
    colour = "red" if refused else ("green" if report.complete else "yellow")
    word = "Refused" if refused else "Accepted"
    whole = "" if refused or report.complete else ", not judged completely"
    yield Text(f"\n{word} for {STAGES[report.stage]}{whole}", style=f"bold {colour}")
    yield Text(visible(report.summary), overflow="fold")
