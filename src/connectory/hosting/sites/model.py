"""What is to be built into a site, and with which environment. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath

import msgspec

from connectory.hosting.placement import SYSTEM_PATH, WORKSPACE, check
from connectory.hosting.scripts.model import HOME, PROGRAMS
from connectory.specification import ApplicationType
from connectory.toolchains import managers

VERSION = 1
"""Raise it when the same placement would be made into another site."""


@dataclass(frozen=True)
class SitePlacement:
    """One Merchant Center application or assets application of one Deployment.

    ``artifact`` is the digest of its image: of assets what publishing built, of the others the tree
    as it was installed. ``command`` builds a site of that tree in ``directory``; () for assets.
    ``node`` is an exact version or None. ``environment`` holds all that the build may know: the
    configuration in clear and ``APPLICATION_URL``, the origin without a path (facts 4.5). What it
    puts into the site everybody can read: a generated API client does not belong here.
    """

    application_id: str
    deployment_id: str
    application_name: str
    kind: ApplicationType
    artifact: str
    command: tuple[str, ...] = ()
    directory: str = ""
    node: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> str:
        """``directory`` relative to the tree's root, never above it."""
        return normpath(join("/", self.directory)).strip("/")

    @property
    def is_page(self) -> bool:
        """Whether it is an application in the browser: one page, with addresses of its own."""
        return self.kind is not ApplicationType.ASSETS

    @property
    def key(self) -> str:
        """Names everything that decides what the site is made of."""
        variables = sorted(self.environment.items()) if self.command else ()
        parts = (VERSION, self.kind, self.artifact, self.command, self.folder, self.node, variables)
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


class SiteInterrupted(Exception):  # noqa: N818 - nothing is wrong with the site
    """The build could not be done just now, for a reason that is not the connector's: worth
    another try."""


def environment(placement: SitePlacement, node: str, registry: str) -> dict[str, str]:
    """The variables of the build: those of a trial at publishing, with the real values. ``node`` is
    the folder of the program, ``registry`` where packages come from.

    Bundlers take every warning for an error where CI is set, so it is not. Raises ``Rejected`` for
    a value no program can be given.
    """
    check(placement.environment)
    reserved = {
        "NODE_ENV": "production",
        "PATH": f"{PROGRAMS}:{node}:{SYSTEM_PATH}",
        "HOME": HOME,
    }
    own = {"CI": "false", **placement.environment}
    return {**managers.environment(registry, HOME), **own, **reserved}


def working_directory(placement: SitePlacement) -> str:
    """Where the build begins inside."""
    return f"{WORKSPACE}/{placement.folder}".rstrip("/")
