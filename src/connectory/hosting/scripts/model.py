"""What is to be run once, and with which environment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from posixpath import join, normpath
from urllib.parse import urlsplit

from connectory.hosting.placement import PORT, SYSTEM_PATH, WORKSPACE, check
from connectory.sandbox import Mount, Outlet
from connectory.toolchains import managers

HOME = "/home/script"
PROGRAMS = "/opt/connectory"


class ScriptName(StrEnum):
    """As in ``scripts`` of connect.yaml: after a successful start, before a removal."""

    POST_DEPLOY = "postDeploy"
    PRE_UNDEPLOY = "preUndeploy"


@dataclass(frozen=True)
class ScriptPlacement:
    """One script of one application of one Deployment: everything needed to run it.

    ``command`` is text for the shell; it runs in ``directory`` of a copy of the tree of
    ``artifact``. ``node`` is an exact version or None; ``environment`` holds the configuration in
    clear; ``mounts`` are further files that the script is shown, ``outlets`` where the platform
    answers it.
    """

    application_id: str
    deployment_id: str
    application_name: str
    name: ScriptName
    command: str
    artifact: str
    directory: str = ""
    node: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    mounts: tuple[Mount, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    generation: str = ""
    """Which deploy asked for it."""

    @property
    def working_directory(self) -> str:
        """Where it starts inside: never above the workspace."""
        return WORKSPACE + self.folder

    @property
    def folder(self) -> str:
        """``directory`` as an absolute path below the tree's root, "" for the root itself."""
        return normpath(join("/", self.directory)).rstrip("/")


class ScriptInterrupted(Exception):  # noqa: N818 - nothing is wrong with the script
    """The platform ended the script before it was done, because it stops itself."""


def environment(placement: ScriptPlacement, node: str, registry: str) -> dict[str, str]:
    """The variables of a script: what its package managers need, then its own. Development
    dependencies stay, and nothing is said about the network. ``node`` is the folder of the program,
    ``registry`` where packages come from.

    Raises ``Rejected`` for a value no program can be given.
    """
    check(placement.environment)
    # where packages come from may be on the sandbox's own loopback, by plain HTTP
    modern_yarn = {"YARN_UNSAFE_HTTP_WHITELIST": urlsplit(registry).hostname or ""}
    own = f"{placement.working_directory}/node_modules/.bin"
    reserved = {
        "PATH": f"{PROGRAMS}:{own}:{node}:{SYSTEM_PATH}",
        "HOME": HOME,
        "PORT": str(PORT),
    }
    tools = {**managers.environment(registry, HOME), **modern_yarn}
    return {**tools, **placement.environment, **reserved}
