"""What is to run, and with which environment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import NamedTuple

from connectory.durable import Rejected
from connectory.hosting.standin import NOTHING, Surroundings
from connectory.regions import Region
from connectory.specification import ApplicationType, HealthCheck

PORT = 8080
"""Nearly every real application listens here, whatever PORT says."""
WORKSPACE = "/workspace"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Placement:
    """One application of one Deployment: everything a backend needs to run it.

    ``artifact`` is the digest of its image; ``command`` runs in ``directory`` below the artifact's
    tree; ``node`` is an exact version or None; ``environment`` holds its configuration in clear.
    """

    application_id: str
    deployment_id: str
    application_name: str
    artifact: str
    command: tuple[str, ...]
    directory: str = ""
    node: str | None = None
    kind: ApplicationType = ApplicationType.SERVICE
    endpoint: str = ""
    health: HealthCheck | None = None
    sleeps: bool = False
    """Whether it may end while nobody calls it: previews and sandboxes do (facts 4.1)."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    surroundings: Surroundings = NOTHING
    """What it finds in place of the commerce API."""
    generation: str = ""
    """Which deploy asked for it: the same application of another one is another placement."""

    @property
    def working_directory(self) -> str:
        """Where the command starts inside: never above the workspace."""
        return WORKSPACE + normpath(join("/", self.directory)).rstrip("/")


class Topical(NamedTuple):
    """Where messages for an event application are published: ``project`` and ``name`` as Google
    Pub/Sub has them."""

    project: str
    name: str

    @property
    def variables(self) -> dict[str, str]:
        """Facts 5: the broker and its topic, as scripts and applications read them."""
        return {
            "CONNECT_SUBSCRIPTION_DESTINATION": "GoogleCloudPubSub",
            "CONNECT_GCP_PROJECT_ID": self.project,
            "CONNECT_GCP_TOPIC_NAME": self.name,
        }


@dataclass(frozen=True)
class Running:
    """An application that accepts connections."""

    application_id: str


def environment(placement: Placement, tools: tuple[str, ...]) -> dict[str, str]:
    """The variables of a running application; ``tools`` are folders with programs.

    Raises ``Rejected`` for a value no program can be given.
    """
    check(placement.environment)
    path = ":".join((*tools, SYSTEM_PATH))
    reserved = {"PORT": str(PORT), "HOME": "/tmp", "PATH": path}  # noqa: S108 - its own tmpfs
    return {"NODE_ENV": "production", **placement.environment, **reserved}


def check(variables: Mapping[str, str]) -> None:
    """Raises ``Rejected``: a zero character would end the variable and begin another one."""
    for name, value in variables.items():
        if "\0" in name or "=" in name or not name:
            raise Rejected(
                f"{name!r} cannot be the name of an environment variable",
                fix="Rename the configuration key.",
            )
        if "\0" in value:
            raise Rejected(
                f"The value of {name} contains a zero character, which no environment can hold",
                fix="Send the value without it.",
            )


def platform_variables(region: Region, url: str, topical: Topical | None) -> dict[str, str]:
    """What the platform adds at run time as in scripts (facts 5, 14.2 row 28); ``url`` is "" for
    what has no public address.

    Topics are Google Pub/Sub's in every region: that is what this platform offers.
    """
    provider = "AWS" if region.endswith(".aws") else "GCP"
    service = {"CONNECT_SERVICE_URL": url} if url else {}
    return {"CONNECT_PROVIDER": provider, **service, **(topical.variables if topical else {})}
