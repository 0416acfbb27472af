"""A stranger's README as HTML that is safe in a page of ours. Pure.

Nothing is loaded from elsewhere: images become links. Headings begin at the third level, ids begin
with ``readme-``, links lead into the web or to the files' own pages. The last word is always the
sanitizer's.
"""

import html
import re
from typing import Final

from connectory.findings.odd import pieces
from connectory.marketplace.links import Place, web
from connectory.marketplace.rewriting import ATTRIBUTES, PREFIX, TAGS, Rewriter, spoken

LARGEST: Final = 2 * 1024 * 1024
"""Characters of HTML; a text that becomes longer is shown as it is."""
NUMBERS: Final = frozenset({"start", "colspan", "rowspan"})
RELATION: Final = "noopener noreferrer nofollow"


def readme(text: str, place: Place) -> str:
    """Markdown as safe HTML; as plain text when it becomes too long."""
    made = adapted(from_markdown(text), place)
    return sanitized(made) if len(made) <= LARGEST else plain(text)


def plain(text: str) -> str:
    """A text as it stands, escaped; without odd characters when their names would be too long."""
    said = spoken(text)
    if len(said) > LARGEST:
        said = html.escape("".join(piece for piece, odd in pieces(text) if not odd))
    return sanitized(f"<pre>{said}</pre>")


def from_markdown(text: str) -> str:
    """HTML of which nothing is safe yet."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True, "linkify": True})
    parser.enable(["table", "strikethrough", "linkify"])
    if parser.linkify is not None:
        # a file's name is no address
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    return str(parser.render(text))


def adapted(text: str, place: Place) -> str:
    """What is known of HTML, well-formed, with headings, links and images as a page of ours wants
    them."""
    rewriter = Rewriter(place)
    rewriter.feed(text)
    rewriter.close()
    return rewriter.finished()


def sanitized(text: str) -> str:
    """The same for what is sanitized already."""
    import nh3

    return nh3.clean(
        text,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_kept,
        allowed_classes={"b": {"odd"}},
        clean_content_tags={"script", "style"},
        url_schemes={"http", "https"},
        url_relative=lambda url: url if url.startswith(f"#{PREFIX}") else None,
        link_rel=RELATION,
    )


def _kept(_tag: str, name: str, value: str) -> str | None:
    if name == "id":
        return value if re.fullmatch(rf"{PREFIX}[\w-]{{1,100}}", value) else None
    if name == "href":
        return value if value.startswith(f"#{PREFIX}") or web(value) else None
    if name in NUMBERS:
        return value if re.fullmatch(r"[0-9]{1,4}", value) else None
    return value
