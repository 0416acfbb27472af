"""The order of versions, in each ecosystem's own grammar."""

import re
from functools import lru_cache
from typing import Any

LONGEST = 128
"""No honest version is longer, and every one is a stranger's."""


def normal_name(ecosystem: str, name: str) -> str:
    """The one spelling of a package's name. PyPI takes several for the same (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "PyPI" else name


@lru_cache(maxsize=65_536)
def position(ecosystem: str, version: str) -> Any:
    """Something that compares as the version does among those of its ecosystem; None for what is
    no version there."""
    if len(version) > LONGEST:
        return None
    if ecosystem == "npm":
        return _semantic(version)
    return _python(version) if ecosystem == "PyPI" else _maven(version)


def _semantic(version: str) -> Any:
    from semantic_version import Version

    plain = version.strip().removeprefix("v")
    try:
        # Without the build, which has no part in the order.
        return Version(plain).precedence_key[:4]
    except ValueError:
        pass
    try:
        return Version.coerce(plain).precedence_key[:4]
    except ValueError:
        return None


def _python(version: str) -> Any:
    from univers.versions import InvalidVersion, PypiVersion

    try:
        return PypiVersion(version)
    except InvalidVersion:
        return None


def _maven(version: str) -> Any:
    from univers.versions import InvalidVersion, MavenVersion

    try:
        return MavenVersion(version)
    except (InvalidVersion, ValueError):
        return None
