"""The page and the terminal: everything a reader needs, nothing a stranger could put there."""

import io
from html.parser import HTMLParser

import msgspec
from rich.console import Console
from tests.findings.samples import AXIOS, CONSOLE, EVAL, TODAY, TOKEN, report

from connectory.findings import Examination, State
from connectory.findings.exceptions_file import read
from connectory.findings.odd import one_line, pieces, visible
from connectory.findings.page import MOST_OF_A_RULE, to_page
from connectory.findings.report import FullReport, Log, Source
from connectory.findings.text import show

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e\u200b{{ 7*7 }}[red]'\"&"
WAIVED = b"- {rule: code/eval, reason: Only constants reach it, expires: 2027-01-01}"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> Tags:
    parser = Tags()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def hostile() -> FullReport:
    finding = msgspec.structs.replace(
        EVAL, application=HOSTILE, path=HOSTILE, what=HOSTILE, about=HOSTILE, evidence=HOSTILE,
        fix=HOSTILE,
    )  # fmt: skip
    waiver = read(
        WAIVED.replace(b"Only constants reach it", b'"<b>bold</b> and \\u202e more"'), TODAY
    )
    missing = Examination("size", State.NO_DATA, note=HOSTILE, data=HOSTILE)
    return report(
        finding, TOKEN, examinations=[missing], read=waiver, logs=(Log(HOSTILE, HOSTILE, HOSTILE),),
        source=Source(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
    )  # fmt: skip


def printed(made: FullReport, width: int = 100) -> str:
    out = io.StringIO()
    show(made, Console(file=out, width=width, no_color=True))
    return out.getvalue()


def test_odd_characters_are_named() -> None:
    assert pieces("a\u202eb") == (("a", False), ("U+202E", True), ("b", False))
    assert visible("a\tb\nc\x00é漢\U0001f600") == "a\tb\nc<U+0000>é漢\U0001f600"
    assert one_line("a\n b" + "x" * 400, 10) == "a bxxxxxx…"


def test_the_page_says_the_verdict_the_cause_and_the_fix() -> None:
    page = to_page(report(EVAL, AXIOS))
    tags(page)
    assert "Refused for private publishing" in page
    assert "2 findings stop it" in page
    for text in ("processor/src/a.ts:12", "eval runs what", "Why code/eval.", "Fix code/eval."):
        assert text in page
    assert '<pre tabindex="0">eval(body)</pre>' in page


def test_nothing_hostile_becomes_markup() -> None:
    page = to_page(hostile())
    found = tags(page)
    assert "script" not in found.seen
    assert not any(name.startswith("on") for name, _ in found.attributes)
    assert {value for name, value in found.attributes if name == "href"} <= {
        f"#{one.id}" for one in hostile().findings
    }
    assert "{{ 7*7 }}" in page
    assert not {"\x1b", "\u202e", "\u200b"} & set(page)
    assert 'class="odd"' in page


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = to_page(hostile())
    found = tags(page)
    assert not {"link", "img", "iframe", "script", "form"} & set(found.seen)
    assert "default-src 'none'" in page
    assert "url(" not in page


def test_exceptions_and_missing_data_are_shown() -> None:
    missing = Examination("dependencies", State.NO_DATA, note="no advisories")
    page = to_page(report(EVAL, examinations=[missing], read=read(WAIVED, TODAY)))
    assert "Accepted for private publishing, not judged completely" in page
    assert "Only constants reach it" in page
    assert "applies to 1 finding" in page
    assert "could not be judged" in page


def test_a_flood_stays_readable() -> None:
    many = [msgspec.structs.replace(CONSOLE, about=str(n)) for n in range(MOST_OF_A_RULE + 7)]
    page = to_page(report(*many))
    assert page.count('class="finding"') == MOST_OF_A_RULE
    assert "7 more places are in the JSON report" in page
    assert "... and 47 more places" in printed(report(*many))


def test_the_same_report_is_the_same_page() -> None:
    assert to_page(report(EVAL, CONSOLE)) == to_page(report(CONSOLE, EVAL))


def test_the_terminal_ends_with_the_verdict() -> None:
    lines = printed(report(EVAL, AXIOS), 200).splitlines()
    assert lines[-2].strip() == "Refused for private publishing"
    assert lines[-1].startswith("2 findings stop it: processor/src/a.ts:12 eval runs")


def test_nothing_hostile_reaches_the_terminal() -> None:
    text = printed(hostile(), 300)
    assert not {"\x1b", "\u202e", "\u200b"} & set(text)
    assert "[red]" in text


def test_the_terminal_shows_exceptions_and_missing_data() -> None:
    missing = Examination("dependencies", State.NO_DATA, note="no advisories")
    text = printed(report(EVAL, examinations=[missing], read=read(WAIVED, TODAY)), 160)
    assert "exception until 2027-01-01: Only constants reach it" in text
    assert "could not be judged  no advisories" in text
