"""HTML of a README written anew, well-formed and as a page of ours wants it. Pure.

Nothing here makes it safe: that is the sanitizer's part, which comes after.
"""

import html
import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote

from connectory.findings.odd import pieces
from connectory.marketplace.links import Place, target

PREFIX: Final = "readme-"
FIRST_LEVEL: Final = 3
DEEPEST: Final = 40
"""Elements inside each other: no README needs more, and a parser may not survive more."""
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
ALONE: Final = frozenset({"br", "hr"})
TAGS: Final = HEADINGS | ALONE | {
    "a", "abbr", "b", "blockquote", "caption", "cite", "code", "dd", "del", "details", "dfn", "div",
    "dl", "dt", "em", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "u", "ul", "var",
}  # fmt: skip
ENDED_BY_NEXT: Final = frozenset({"dd", "dt", "li", "p", "td", "th", "tr"})
UNSPOKEN: Final = frozenset({
    "applet", "audio", "canvas", "embed", "frameset", "iframe", "math", "noembed", "noframes",
    "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title",
    "video", "xmp",
})  # fmt: skip
"""Elements whose content is not for reading: it goes with them."""
ATTRIBUTES: Final = {
    "a": {"href", "id", "title"},
    "b": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    **{one: {"id"} for one in HEADINGS},
}
INVISIBLE: Final = "a character that cannot be seen"
JOINER: Final = "U+200D"
"""Joins emoji; the only invisible character that has a place in a README."""


class Rewriter(HTMLParser):
    """Writes anew what it reads: every element it opens it closes, in order."""

    def __init__(self, place: Place) -> None:
        super().__init__(convert_charrefs=True)
        self._place = place
        self._made: list[str] = []
        self._open: list[tuple[str, str]] = []
        """Names as they were read and as they are written."""
        self._skipped: list[str] = []
        self._level = FIRST_LEVEL - 1
        self._ids: dict[str, int] = {}
        self._heading: tuple[int, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSPOKEN or self._skipped:
            if tag in UNSPOKEN and len(self._skipped) < DEEPEST:
                self._skipped.append(tag)
        elif tag == "img":
            self._image(dict(attrs))
        elif tag in ALONE:
            self._made.append(f"<{tag}>")
        elif tag in TAGS:
            if tag in ENDED_BY_NEXT and self._open and self._open[-1][0] == tag:
                self._end()
            if len(self._open) < DEEPEST:
                self._begin(tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # HTML knows no such thing: <b/> opens
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            if tag == self._skipped[-1]:
                self._skipped.pop()
        elif any(read == tag for read, _ in self._open):
            while self._end() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._skipped:
            return
        if self._heading:
            self._heading[1].append(data)
        self._made.append(spoken(data))

    def finished(self) -> str:
        while self._open:
            self._end()
        return "".join(self._made)

    def _begin(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "a":
            link = {} if self._inside("a") else self._link(given)
            if any(link.get(one) for one in ("href", "id")):
                self._opened(tag, tag, link)
        elif tag in HEADINGS:
            self._level = min(int(tag[1]) + FIRST_LEVEL - 1, self._level + 1, 6)
            self._opened(tag, f"h{self._level}", {})
            # its id is known when it ends
            self._heading = (len(self._made) - 1, [])
        else:
            self._opened(tag, tag, {k: v for k, v in given.items() if k in ATTRIBUTES.get(tag, ())})

    def _opened(self, read: str, written: str, given: dict[str, str | None]) -> None:
        self._open.append((read, written))
        said = (f' {name}="{html.escape(value)}"' for name, value in given.items() if value)
        self._made.append(f"<{written}{''.join(said)}>")

    def _end(self) -> str:
        read, written = self._open.pop()
        if read in HEADINGS and self._heading:
            at, words = self._heading
            self._made[at] = f'<{written} id="{PREFIX}{self._named("".join(words))}">'
            self._heading = None
        self._made.append(f"</{written}>")
        return read

    def _inside(self, tag: str) -> bool:
        return any(read == tag for read, _ in self._open)

    def _link(self, given: dict[str, str | None]) -> dict[str, str | None]:
        address = (given.get("href") or "").strip()
        if address.startswith("#"):
            return {"href": f"#{PREFIX}{slug(unquote(address[1:]))}"}
        if not address and (name := slug(given.get("id") or given.get("name") or "")):
            return {"id": f"{PREFIX}{name}"}
        return {"href": target(self._place, address), "title": given.get("title")}

    def _image(self, given: dict[str, str | None]) -> None:
        """A link to the image: looking at a page must not tell a stranger's server about it."""
        said = spoken(given.get("alt") or "")
        address = target(self._place, (given.get("src") or "").strip())
        if address is None or self._inside("a"):
            self._made.append(said or "image")
        else:
            said = f"{said} (image)" if said else "image"
            self._made.append(f'<a href="{html.escape(address)}">{said}</a>')

    def _named(self, words: str) -> str:
        """A heading's name, as hosts of repositories make it; each once."""
        name = slug(words) or "section"
        self._ids[name] = self._ids.get(name, 0) + 1
        count = self._ids[name]
        return name if count == 1 else f"{name}-{count - 1}"


def slug(words: str) -> str:
    return re.sub(r"[^\w-]", "", words.strip().lower().replace(" ", "-"))[:80]


def spoken(text: str) -> str:
    """Escaped, with characters that hide or turn text as their names."""
    return "".join(_marked(piece) if odd else html.escape(piece) for piece, odd in pieces(text))


def _marked(name: str) -> str:
    if name == JOINER:
        return "\u200d"
    return f'<b class="odd" title="{INVISIBLE}">{name}</b>'
