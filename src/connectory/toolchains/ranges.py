"""Which version a range means: pure decisions over lists of versions."""

import re
from collections.abc import Iterable

from semantic_version import NpmSpec, Version

LTS = {"argon": 4, "boron": 6, "carbon": 8, "dubnium": 10, "erbium": 12, "fermium": 14}
LTS |= {"gallium": 16, "hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24}
ANY = {"", "*", "x", "latest", "node", "current", "stable", "lts", "lts/*"}
OLDEST_DEFAULT = 20
DEFAULT = "22"
SHOWN = 12
LONGEST = 256

_SPACED = re.compile(r"(\|\||[<>]=?|[=~^])\s+(?=[v\d<>=~^xX*])")
_PREFIXED = re.compile(r"(?<![\w.-])[vV](?=\d)")


class NotARange(ValueError):  # noqa: N818 - says it better
    """The text is no range of versions."""


def parsed(wanted: str) -> NpmSpec:
    """The range in npm's grammar, with the spellings npm and nvm also take: `>= 18`, `v20`,
    `lts/*`, `lts/iron`. NotARange for anything else; the text is a stranger's."""
    if len(wanted) > LONGEST:
        raise NotARange(wanted[:LONGEST])
    text = wanted.strip().lower()
    if text in ANY:
        return NpmSpec("*")
    if text.removeprefix("lts/") in LTS:
        return NpmSpec(str(LTS[text.removeprefix("lts/")]))
    try:
        return NpmSpec(_joined(text))
    except (ValueError, AttributeError) as error:  # the library's own, for "1 - 3 x"
        raise NotARange(wanted) from error


def newest_first(versions: Iterable[str]) -> tuple[Version, ...]:
    """Releases only: a pre-release is never chosen for anybody."""
    found = (_version(text) for text in versions)
    return tuple(sorted((v for v in found if v is not None and not v.prerelease), reverse=True))


def machine_fits(wanted: str | None, version: str) -> bool:
    """Whether the machine's own Node.js will do; without a range only a long-term release does."""
    found = _version(version)
    if found is None:
        return False
    if wanted is None:
        return bool(found.major % 2 == 0 and found.major >= OLDEST_DEFAULT)
    return found in parsed(wanted)


def node(wanted: str | None, versions: Iterable[str]) -> str | None:
    """The newest long-term (even) release in the range, else the newest at all, else None."""
    fitting = [v for v in newest_first(versions) if v in parsed(wanted or DEFAULT)]
    lasting = [v for v in fitting if v.major % 2 == 0]
    return str((lasting or fitting)[0]) if fitting else None


def newest(wanted: str, versions: Iterable[str], below: int | None = None) -> str | None:
    """The newest release in the range (and of a lower major version), None if there is none."""
    spec = parsed(wanted)
    fitting = (v for v in newest_first(versions) if v in spec)
    return next((str(v) for v in fitting if below is None or v.major < below), None)


def exact(wanted: str) -> str | None:
    """The version itself when the text names exactly one."""
    found = _version(wanted.strip().removeprefix("v"))
    return str(found) if found is not None else None


def shown(versions: Iterable[str]) -> tuple[str, ...]:
    """The newest release of each major version, for a message."""
    majors: dict[int, str] = {}
    for version in newest_first(versions):
        majors.setdefault(version.major, str(version))
    return tuple(majors.values())[:SHOWN]


def _joined(text: str) -> str:
    parts = (_SPACED.sub(r"\1", _PREFIXED.sub("", part)).strip() for part in text.split("||"))
    return " || ".join(" ".join(part.replace(",", " ").split()) or "*" for part in parts)


def _version(text: str) -> Version | None:
    try:
        return Version(text.removeprefix("v"))
    except ValueError:
        return None
