"""An artifact: one immutable image, known by the digest of its manifest."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def this_architecture() -> str:
    """This machine's architecture in OCI's (Go's) spelling."""
    machine = platform.machine().lower()
    return ARCHITECTURES.get(machine, machine)


@dataclass(frozen=True)
class ImageConfig:
    """How an application in an image is started."""

    command: tuple[str, ...]
    working_directory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    port: int | None = None
    architecture: str = field(default_factory=this_architecture)


@dataclass(frozen=True)
class Layer:
    """One layer blob: its digest (`sha256:...`), its bytes, and where its tree is mounted.

    `listing` is the digest of what the tree lists, by which the tree itself is recognised.
    """

    digest: str
    size: int
    prefix: str
    listing: str


@dataclass(frozen=True)
class Artifact:
    """What a manifest says; `digest` (`sha256:` and 64 hexadecimal digits) names all of it."""

    digest: str
    config: ImageConfig
    annotations: Mapping[str, str]
    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        """Bytes of all layers."""
        return sum(layer.size for layer in self.layers)


def shown(path: str) -> str:
    """A stranger's path for a message: what is not plainly printed is escaped."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "backslashreplace").decode()
        for one in path
    )


class ArtifactRefused(Exception):  # noqa: N818 - named for what happened
    """The tree holds something an image must not carry: the connector's fault.

    `path` is the entry, relative to the tree; `cause` one plain sentence.
    """

    def __init__(self, path: str, cause: str) -> None:
        super().__init__(f"{shown(path)}: {cause}")
        self.path = path
        self.cause = cause


class ArtifactMissing(Exception):  # noqa: N818 - named for what happened
    """No artifact has this digest here."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"There is no artifact {digest}.")
        self.digest = digest


class ArtifactDamaged(Exception):  # noqa: N818 - named for what happened
    """What is stored is not what the digest promises: ours to repair, never to run."""

    def __init__(self, digest: str, cause: str) -> None:
        super().__init__(f"Artifact {digest} is damaged: {cause}")
        self.digest = digest
        self.cause = cause
