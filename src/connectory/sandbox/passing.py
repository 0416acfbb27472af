"""What the registry front passes on and what it keeps: decisions, no network in sight."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

METHODS = ("GET", "HEAD")
ASKED = (
    *("Accept", "Accept-Encoding", "Authorization", "If-Modified-Since", "If-None-Match"),
    *("User-Agent", "npm-auth-type", "npm-command", "npm-otp"),
)
ANSWERED = (
    *("Cache-Control", "Content-Encoding", "Content-Length", "Content-Type", "ETag"),
    *("Last-Modified", "Location", "Retry-After", "Vary", "WWW-Authenticate"),
)
TARBALL = re.compile(r"/[^?#]+/-/[^?#]+\.tgz")
LARGEST_KEPT = 512 << 20


def acceptable(path: str) -> bool:
    """Whether a request's path names a place below the registry and nothing else."""
    decoded = unquote(path.partition("?")[0])
    return path.startswith("/") and not path.startswith("//") and ".." not in decoded.split("/")


def shared(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Whether the answer is the same for everyone for ever: a published tarball is, except for
    somebody who says who he is."""
    anonymous = "Authorization" not in headers
    return method == "GET" and anonymous and TARBALL.fullmatch(path) is not None


def keepable(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the registry's answer to an anonymous request may be kept for others."""
    control = headers.get("Cache-Control", "").lower()
    size = headers.get("Content-Length", "0")
    return (
        status == 200
        and "Content-Encoding" not in headers
        and not any(word in control for word in ("private", "no-store"))
        and size.isdigit()
        and int(size) <= LARGEST_KEPT
    )


def only(names: Iterable[str], headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with these names: neither cookies nor what belongs to one connection."""
    return {name: headers[name] for name in names if name in headers}
