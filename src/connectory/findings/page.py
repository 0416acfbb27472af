"""The report as one page: no script, nothing loaded from elsewhere, light and dark, printable.

What strangers wrote is escaped, and characters that would hide or turn text are shown by name.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from connectory.findings.model import Severity, State
from connectory.findings.odd import pieces
from connectory.findings.policy import Effect
from connectory.findings.report import CheckReport, FullReport, Reported, by_application
from connectory.findings.report_entries import STAGES, cause, stopping

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
MOST_OF_A_RULE = 50
"""Places shown of one rule in one application; the JSON report has them all."""
MOST_CAUSES = 10


def to_page(report: FullReport, back: str = "") -> str:
    """A whole HTML document; the same report, the same text. ``back``: where it was come from, on
    the same origin."""
    return _environment().get_template("report.html").render(
        report=report,
        back=back,
        stage=STAGES[report.stage],
        causes=[(one, cause(one)) for one in report.blocking[:MOST_CAUSES]],
        groups=tuple(by_application(report.findings)),
        checks=[(one, _tone(one, report), _said(one, report)) for one in report.checks],
        covered=[(one, _covered(one, report.findings)) for one in report.exceptions],
        most=MOST_OF_A_RULE,
    )  # fmt: skip


def _tone(check: CheckReport, report: FullReport) -> str:
    """What a check's mark looks like: ``bad``, ``odd`` (no data), ``off``, ``look``, ``good``."""
    if any(one.effect is Effect.BLOCKS for one in report.of(check.name)):
        return "bad"
    if check.state is not State.EXAMINED:
        return "odd" if check.state is State.NO_DATA else "off"
    return "look" if report.of(check.name) else "good"


def _said(check: CheckReport, report: FullReport) -> str:
    found = report.of(check.name)
    stops = sum(one.effect is Effect.BLOCKS for one in found)
    if stops:
        return stopping(stops, len(found))
    if check.state is State.NO_DATA:
        return "could not be judged"
    if check.state is State.SKIPPED:
        return "skipped"
    return f"{len(found)} to look at" if found else "nothing found"


def _covered(waiver: object, findings: Sequence[Reported]) -> int:
    return sum(one.exception == waiver for one in findings)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["shown"] = shown
    made.filters["severe"] = _severe
    return made


def shown(text: str) -> "Markup":
    """Escaped, with each odd character as a marked name."""
    from markupsafe import Markup

    mark = Markup('<b class="odd" title="a character that cannot be seen">{}</b>')
    parts = (mark.format(piece) if odd else Markup.escape(piece) for piece, odd in pieces(text))
    return Markup("").join(parts)


def _severe(severity: Severity) -> str:
    """How loud a severity looks: ``high``, ``middle`` or ``low``."""
    if severity.fails:
        return "high"
    return "middle" if severity in {Severity.MAJOR, Severity.MEDIUM} else "low"
