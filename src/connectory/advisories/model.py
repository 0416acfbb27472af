"""One vulnerability in one package, as frozen data."""

from enum import StrEnum

import msgspec

ECOSYSTEMS = ("npm", "PyPI", "Maven")
"""What connectors are written in, by OSV's names. Records of anything else are left out."""


class Rating(StrEnum):
    """How bad it is, in the words of CVSS. UNRATED: the record does not say."""

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    UNRATED = "UNRATED"


class Turn(StrEnum):
    """What a version means for a range (OSV schema, ``events``). ``limit`` is the first version
    that is known not to be affected, without being called a fix."""

    INTRODUCED = "introduced"
    FIXED = "fixed"
    LAST_AFFECTED = "last_affected"
    LIMIT = "limit"


class Event(msgspec.Struct, frozen=True, array_like=True):
    turn: Turn
    version: str


class Advisory(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one record says of one package.

    ``ranges`` hold the events of each range of versions, ``versions`` single ones; a version in
    either is affected. ``malicious``: the package itself is the attack. ``modified`` is an
    RFC 3339 time.
    """

    id: str
    ecosystem: str
    package: str
    summary: str = ""
    rating: Rating = Rating.UNRATED
    aliases: tuple[str, ...] = ()
    ranges: tuple[tuple[Event, ...], ...] = ()
    versions: tuple[str, ...] = ()
    modified: str = ""
    malicious: bool = False

    @property
    def url(self) -> str:
        """Where people read about it."""
        if self.id.startswith("GHSA-"):
            return f"https://github.com/advisories/{self.id}"
        return f"https://osv.dev/vulnerability/{self.id}"

    @property
    def names(self) -> tuple[str, ...]:
        """Its own id and its CVE numbers."""
        others = (alias for alias in self.aliases if alias.startswith("CVE-"))
        return tuple(dict.fromkeys((self.id, *others)))
