"""Which addresses of strangers become links, and where the files of a repository are on the web.

Pure.
"""

import re
from posixpath import join, normpath
from urllib.parse import quote, unquote, urlsplit

from connectory.wire import Wire

LONGEST = 2000
FILES = {
    "github.com": "{root}/blob/{commit}/{path}",
    "gitlab.com": "{root}/-/blob/{commit}/{path}",
    "bitbucket.org": "{root}/src/{commit}/{path}",
}
"""How the web pages of files are called; other hosts are linked to as a whole."""


class Place(Wire):
    """Where a README lies: its folder in one commit of a repository. ``url`` is the repository's
    web page, empty when it has none that everyone may know."""

    url: str = ""
    commit: str = ""
    folder: str = ""


def web(url: str | None) -> str | None:
    """An address of the web as it is, else None: no other scheme, nobody's password, no character
    that a browser would drop or read differently."""
    if not url or len(url) > LONGEST or re.search(r"[\s\x00-\x20\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
        named = parts.hostname and parts.port != 0
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not named or "@" in parts.netloc:
        return None
    return url


def repository_page(url: str) -> str | None:
    """The web page of a repository that is fetched over http(s); one that is fetched otherwise
    need not have a page that everyone may see."""
    found = web(url)
    return found.removesuffix("/").removesuffix(".git") if found else None


def target(place: Place, address: str) -> str | None:
    """Where a link of a README leads to: into the web, to a file's page beside the README, or
    nowhere."""
    if web(address):
        return address
    if not place.url or ":" in address.partition("/")[0] or address.startswith(("//", "#", "\\")):
        return None
    path, _, fragment = unquote(address).partition("#")
    inside = _inside(place.folder, path.partition("?")[0])
    if inside is None:
        return None
    pattern = FILES.get(urlsplit(place.url).hostname or "", "{root}")
    page = pattern.format(root=place.url, commit=place.commit, path=quote(inside))
    return web(f"{page}#{quote(fragment)}" if fragment and pattern != "{root}" else page)


def _inside(folder: str, path: str) -> str | None:
    """The path from the repository's root; None for one that leads out of it, or nowhere."""
    if not path:
        return None
    inside = normpath(path.lstrip("/") if path.startswith("/") else join(folder, path))
    return None if inside.startswith("..") or not inside.isprintable() else inside
