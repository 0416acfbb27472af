"""Headings of documents: where a guide begins, in Markdown, reStructuredText and AsciiDoc."""

import re
from collections.abc import Iterable, Iterator

from connectory.certification.checklist.requirement import Sight
from connectory.certification.evidence import Text

README = re.compile(r"^(docs?/.*\.(md|mdx|rst|adoc|txt)|([^/]+/)?readme[^/]*)$", re.IGNORECASE)
HEADING = re.compile(r"^ {0,3}(?:#{1,6}|={1,6}) +(.{1,200}?)[ #=]*$")
UNDERLINE = re.compile(r"^(?:={3,}|-{3,}|~{3,}) *$")
MOST_LINES = 20_000
LONGEST_LINE = 300


def headings(text: Text, wanted: re.Pattern[str]) -> Iterator[Sight]:
    """The headings of a document that match, each with its line."""
    before = ""
    for number, whole in enumerate(text.text.splitlines()[:MOST_LINES], 1):
        line = whole[:LONGEST_LINE]
        if (found := HEADING.match(line)) and wanted.search(found[1]):
            yield Sight(found[1], text.path, number)
        elif UNDERLINE.match(line) and before and wanted.search(before):
            yield Sight(before, text.path, number - 1)
        before = line.strip()[:200]


def all_headings(texts: Iterable[Text], wanted: re.Pattern[str]) -> tuple[Sight, ...]:
    return tuple(sight for text in texts for sight in headings(text, wanted))
