"""Everything a checklist is judged by, frozen when the automatic checks had passed."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import msgspec

from connectory.connectors.model import (
    ApplicationConfiguration,
    ConfigurationKey,
    ConnectorStaged,
    Creator,
    GlobalConfiguration,
)
from connectory.findings.report import FullReport, Reported
from connectory.specification import ApplicationType
from connectory.wire import Wire

DOCUMENT = re.compile(r"(^|/)(readme|changelog|contributing|license|licence|copying|notice)"
                      r"[^/]*$|\.(md|mdx|rst|adoc|txt)$", re.IGNORECASE)  # fmt: skip
TEST = re.compile(r"(^|/)(__tests__|tests?|specs?|e2e|cypress)/|\.(test|spec)\.[cm]?[jt]sx?$")


class File(msgspec.Struct, frozen=True, array_like=True):
    """A file of the commit. ``id`` is Git's: equal ids, equal content."""

    path: str
    id: str
    size: int


class Text(msgspec.Struct, frozen=True):
    """A file that requirements read: documents, licences, package.json files."""

    path: str
    text: str


class Dependency(msgspec.Struct, frozen=True, array_like=True):
    """One package that a lockfile pins."""

    lockfile: str
    name: str
    version: str


class Trial(msgspec.Struct, frozen=True):
    """A start of the packed artifact as a Deployment starts it, but with made-up configuration and
    no network, at the moment ``at``. ``answer`` is what it said to ``request``, such as ``200 OK``;
    "" when it did not listen, or said nothing. ``log`` is the end of its output."""

    application: str
    artifact: str
    at: str
    listened: bool
    request: str
    answer: str = ""
    log: str = ""

    @property
    def worked(self) -> bool:
        """Whether it answered, and not that it has failed."""
        return bool(self.answer) and not self.answer.startswith("5")

    @property
    def told(self) -> str:
        """What came of it, in a sentence."""
        if not self.listened:
            return f"{self.application} did not listen when it was started on {self.at}."
        said = f"with {self.answer}" if self.answer else "with nothing"
        return f"{self.application}, started on {self.at}, answered {self.request} {said}."


class Change(StrEnum):
    """How something differs from the certified version."""

    ADDED = "Added"
    REMOVED = "Removed"
    CHANGED = "Changed"


class FileChange(Wire):
    """A file that differs from the certified version. ``patch`` is the unified diff, cut when it
    is long; without it, there is none to show."""

    path: str
    change: Change
    patch: str | None = None


class Listing(msgspec.Struct, frozen=True):
    """What the draft says of itself."""

    name: str
    description: str
    creator: Creator
    integration_types: tuple[str, ...]
    supported_regions: tuple[str, ...]
    documentation_url: str | None
    configurations: tuple[ApplicationConfiguration, ...]
    global_configuration: GlobalConfiguration | None
    scopes: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True, dict=True):
    """Of one commit. ``since`` is the certification that ``changes`` are compared with.
    ``tag_commit`` is what the tag named when somebody last looked; "" before that."""

    commit: str
    tree: str
    files: tuple[File, ...]
    texts: tuple[Text, ...]
    dependencies: tuple[Dependency, ...]
    listing: Listing
    report: FullReport
    since: str | None = None
    changes: tuple[FileChange, ...] = ()
    tag_commit: str = ""
    trials: tuple[Trial, ...] = ()

    @cached_property
    def applications(self) -> tuple[tuple[str, ApplicationType], ...]:
        said = self.listing.configurations
        return tuple((one.application_name, one.application_type) for one in said)

    def ids(self, *wanted: re.Pattern[str]) -> list[list[str]]:
        """Path and id of the files whose path matches any of these."""
        return [[one.path, one.id] for one in self.files if any(p.search(one.path) for p in wanted)]

    @cached_property
    def code(self) -> tuple[File, ...]:
        """The files of applications and what they share: no documents, no tests."""
        return tuple(
            one for one in self.files if not DOCUMENT.search(one.path) and not TEST.search(one.path)
        )

    def texts_of(self, wanted: re.Pattern[str]) -> Iterator[Text]:
        return (one for one in self.texts if wanted.search(one.path))

    def findings(self, *names: str) -> tuple[Reported, ...]:
        """The findings of these checks (``code``) or rules (``code/console``)."""
        return tuple(
            one
            for one in self.report.findings
            if one.rule in names or one.rule.partition("/")[0] in names
        )


class DeclaredKey(NamedTuple):
    """A configuration key; ``application`` is "" for one of all applications."""

    application: str
    secured: bool
    key: ConfigurationKey


def listing_of(staged: ConnectorStaged) -> Listing:
    return Listing(
        name=staged.name,
        description=staged.description,
        creator=staged.creator,
        integration_types=staged.integration_types,
        supported_regions=staged.supported_regions,
        documentation_url=staged.documentation_url,
        configurations=staged.configurations,
        global_configuration=staged.global_configuration,
        scopes=staged.api_client.scopes if staged.api_client else (),
    )


def configuration_keys(listing: Listing) -> Iterator[DeclaredKey]:
    shared = listing.global_configuration
    groups: Iterable[tuple[str, ApplicationConfiguration | GlobalConfiguration]] = [
        *((one.application_name, one) for one in listing.configurations),
        *([("", shared)] if shared else []),
    ]
    for name, group in groups:
        yield from (DeclaredKey(name, False, key) for key in group.standard_configuration)
        yield from (DeclaredKey(name, True, key) for key in group.secured_configuration)
