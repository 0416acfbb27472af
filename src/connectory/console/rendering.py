"""Templates, and what every one of them may use."""

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from connectory import __version__
from connectory.console.calls import located
from connectory.findings.page import shown

TEMPLATES = Path(__file__).parent / "templates"


def rendered(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """The page ``templates/{template}``; with a ``#name`` behind it, that block of it alone."""
    text = fragment(template, request=request, path=request.url.path, **values)
    return HTMLResponse(text, status)


def fragment(template: str, **values: Any) -> str:
    """A page, or the one block ``template#block`` of it, as text."""
    name, _, block = template.partition("#")
    found = environment().get_template(name)
    given = {"visit": None, "messages": (), **values}
    if not block:
        return found.render(given)
    context = found.new_context(given)
    return "".join(found.blocks[block](context))


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"shown": shown, "moment": moment, "ago": ago, "segment": segment, "web": web}
    made.globals |= {"version": __version__, "located": located, "watching": watching}
    return made


def watching(address: str, html: str) -> str:
    """``address`` of a stream, for a page that shows ``html`` now."""
    return f"{address}{'&' if '?' in address else '?'}shown={mark(html)}"


def mark(html: str) -> str:
    """A few letters that tell a fragment from what it was before."""
    return hashlib.sha256(html.encode()).hexdigest()[:16]


def moment(text: str | None) -> Markup:
    """A timestamp of the wire as a person reads it, in UTC."""
    if not text:
        return Markup("—")
    when = _parsed(text)
    said = when.strftime("%-d %b %Y, %H:%M:%S UTC")
    return Markup('<time datetime="{}">{}</time>').format(text, said)


def ago(text: str | None) -> Markup:
    """How long ago a timestamp was, in the largest unit; the moment itself is in the title."""
    if not text:
        return Markup("—")
    seconds = max(0, int((datetime.now(UTC) - _parsed(text)).total_seconds()))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(text, text, _length(seconds))


def segment(text: str) -> str:
    """A value as one segment of a path."""
    return quote(str(text), safe="=")


def web(url: str | None) -> str:
    """The URL when it leads into the web, else nothing: no other scheme becomes a link."""
    parts = urlsplit(url or "")
    return url or "" if parts.scheme in {"http", "https"} and parts.netloc else ""


def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _length(seconds: int) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
