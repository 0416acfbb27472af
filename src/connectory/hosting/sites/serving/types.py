"""What a file is by its name, and how long it stays as it is. Pure.

The tables are Python's own and these: what the machine has in /etc/mime.types must not decide what
a browser is told.
"""

import mimetypes
import re

OWN = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".cjs": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".eot": "application/vnd.ms-fontobject",
    ".md": "text/markdown",
    ".xml": "application/xml",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".template": "text/plain",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
TABLES = mimetypes.MimeTypes(filenames=())
TEXTS = frozenset(
    {
        "application/json",
        "application/manifest+json",
        "application/wasm",
        "application/xml",
        "application/yaml",
        "image/svg+xml",
        "image/x-icon",
        "font/ttf",
        "font/otf",
        "application/vnd.ms-fontobject",
    }
)
"""What compresses well, beside all that is text."""
HEXADECIMAL = re.compile(r"[0-9a-f]{8,}")
MIXED = re.compile(r"[A-Za-z0-9_]{8}")
PARTS = re.compile(r"[.\-]")
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


def media_type(path: str) -> str:
    """The value of ``Content-Type``; text is UTF-8."""
    suffix = "." + path.rpartition(".")[2].lower() if "." in path.rpartition("/")[2] else ""
    known = OWN.get(suffix) or TABLES.guess_type(f"x{suffix}", strict=True)[0]
    kind = known or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def is_text(path: str) -> bool:
    """Whether compressing it is worth a try."""
    kind = media_type(path).partition(";")[0]
    return kind.startswith("text/") or kind in TEXTS


def is_named_by_content(path: str) -> bool:
    """Whether the name holds a digest of the content, as bundlers write it: another content has
    another name. In doubt it does not: a name that is taken for one is kept for a year."""
    name = path.rpartition("/")[2]
    return any(_is_digest(part) for part in PARTS.split(name)[1:-1])


def cache_control(path: str) -> str:
    return FOREVER if is_named_by_content(path) else ASK_AGAIN


def _is_digest(part: str) -> bool:
    """Hexadecimal (webpack), or 8 characters of base 64 or 32 (Vite, Rollup, esbuild). Words and
    dates are neither."""
    has_digit = any(one.isdigit() for one in part)
    if HEXADECIMAL.fullmatch(part):
        return has_digit and (not part.isdigit() or len(part) > 16)
    return bool(MIXED.fullmatch(part)) and has_digit and any(one.isupper() for one in part)
