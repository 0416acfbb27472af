"""One hostile connector: what it tries, and how the pipeline must end. Data only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.repositories.conftest import Origin

SECRET = "s3cr3t-of-the-platform"
"""Lies wherever a hostile program could look for it, and must turn up nowhere."""
REPOSITORY = "Connector repository check failed"
SPECIFICATION = "Connector specification file validation check failed"
NO_SPECIFICATION = "Connector specification file not found"
BUILD = "Application build check failed"
Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Asked:
    """A repository that is nowhere: the attack is its address or its tag."""

    url: str = "https://git.test/owner/name.git"
    tag: str = "v1"


@dataclass(frozen=True)
class Served:
    """A Git server by HTTP that answers each request as ``answer`` says: the status, headers and
    the pieces of the body. ``@PORT@`` is a service of the host."""

    answer: Callable[[str], tuple[int, Mapping[str, str], "Pieces"]]


@dataclass(frozen=True)
class Written:
    """A repository written past every check of Git's own; its tag is v1."""

    write: Callable[[Origin], None]


@dataclass(frozen=True)
class Connector:
    """A repository of these files. In their text ``@FOLDER@``, ``@WORKSPACE@``, ``@SOCKET@``,
    ``@ABSTRACT@`` and ``@PORT@`` are a neighbour's folder, another run's files, a socket file, a
    name of an abstract socket and a port of the host, ``@REGISTRY@`` is the npm registry.

    ``packages`` are the paths that this registry knows, with what it answers."""

    files: Files
    packages: Mapping[str, "Package"] = field(default_factory=dict)


Pieces = Callable[[], "object"]
Attack = Asked | Served | Written | Connector


@dataclass(frozen=True)
class Package:
    """What the registry answers for one path."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refused:
    """The connector is at fault: an entry of this title says so, in words that match ``says``."""

    title: str
    says: str


@dataclass(frozen=True)
class Found:
    """A check found it, by this rule."""

    rule: str
    says: str = ""


@dataclass(frozen=True)
class Contained:
    """It ran, and nothing outside of its sandbox changed. ``status`` is that of the draft, if it
    is certain; ``says`` is in the report, ``never`` is not."""

    status: str = ""
    says: str = ""
    never: str = ""


@dataclass(frozen=True)
class Case:
    """``tries`` completes the sentence 'It tries ...'. ``seconds`` bounds the whole pipeline.
    ``weakness`` says why it does not end so yet."""

    group: str
    name: str
    tries: str
    attack: Attack
    ends: Refused | Found | Contained
    settings: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 300.0
    weakness: str = ""
