"""Which files of a commit are its README and its logo, and what a logo really is. Pure."""

import re
from collections.abc import Iterable, Iterator

README_LIMIT = 512 * 1024
LOGO_LIMIT = 256 * 1024
README = re.compile(r"readme(\.(md|markdown|txt))?", re.IGNORECASE)
MARKDOWN = (".md", ".markdown")
LOGO = re.compile(r"logo\.(svg|png|jpe?g|webp)", re.IGNORECASE)
README_FOLDERS = ("", "docs", ".github")
LOGO_FOLDERS = ("", "assets", "docs")
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
BEFORE_SVG = ((b"<!--", b"-->"), (b"<?", b"?>"), (b"<!", b">"))
"""What may stand before an SVG's element: how it begins, how it ends."""


def readmes(paths: Iterable[str]) -> Iterator[str]:
    """What may be the README: in the root before ``docs``, Markdown before plain text."""
    found = _named(paths, README, README_FOLDERS)
    return iter(sorted(found, key=lambda one: (_rank(one, README_FOLDERS), not markdown(one), one)))


def logos(paths: Iterable[str]) -> Iterator[str]:
    """What may be the logo: in the root before ``assets`` and ``docs``, SVG before the others."""
    found = _named(paths, LOGO, LOGO_FOLDERS)
    kinds = (".svg", ".png", ".webp", ".jpg", ".jpeg")
    order = {kind: number for number, kind in enumerate(kinds)}
    return iter(sorted(found, key=lambda one: (_rank(one, LOGO_FOLDERS), order[_suffix(one)], one)))


def markdown(path: str) -> bool:
    return _suffix(path) in MARKDOWN


def image_type(content: bytes) -> str | None:
    """What an image is by its content, whatever it is called; None for what is no image that
    browsers show without running any of it."""
    for start, kind in SIGNATURES:
        if content.startswith(start):
            return kind
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return "image/svg+xml" if _is_svg(content) else None


def _is_svg(content: bytes) -> bool:
    """Whether its first element is one. Looks at each byte once: a stranger's may be made of
    comments alone."""
    at = len(b"\xef\xbb\xbf") if content.startswith(b"\xef\xbb\xbf") else 0
    while True:
        at = _past_space(content, at)
        ends = next((end for begin, end in BEFORE_SVG if content.startswith(begin, at)), None)
        if ends is None:
            return re.match(rb"<svg[\s>]", content[at : at + 5]) is not None
        found = content.find(ends, at)
        if found < 0:
            return False
        at = found + len(ends)


def _past_space(content: bytes, at: int) -> int:
    while content[at : at + 1].isspace():
        at += 1
    return at


def _named(paths: Iterable[str], name: re.Pattern[str], folders: tuple[str, ...]) -> list[str]:
    split = (one.rpartition("/") for one in paths)
    return [
        f"{folder}{slash}{file}"
        for folder, slash, file in split
        if folder in folders and name.fullmatch(file)
    ]


def _rank(path: str, folders: tuple[str, ...]) -> int:
    return folders.index(path.rpartition("/")[0])


def _suffix(path: str) -> str:
    _, dot, suffix = path.rpartition("/")[2].lower().rpartition(".")
    return dot + suffix if dot else ""
