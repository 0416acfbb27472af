"""What the Marketplace shows, as it stands on the wire."""

from collections.abc import Mapping

from connectory.certification.evidence import Change
from connectory.connectors.model import (
    ApplicationConfiguration,
    GlobalConfiguration,
    IntegrationType,
    Key,
)
from connectory.findings.model import Severity, State
from connectory.regions import Region
from connectory.specification import ApplicationType
from connectory.wire import Wire


class Maker(Wire, omit_defaults=False):
    """The creator, as far as strangers may know. ``email`` is there only when there is no web page
    to turn to."""

    company: str | None = None
    name: str | None = None
    title: str | None = None
    support_url: str | None = None
    email: str | None = None


class Card(Wire, omit_defaults=False):
    """One Connector among others. ``description`` is cut when it is long; ``logo`` names the
    content of its logo; no ``supportedRegions`` are all of them."""

    id: str
    key: Key | None
    version: int
    name: str
    description: str
    integration_types: tuple[IntegrationType, ...]
    creator: Maker
    supported_regions: tuple[Region, ...]
    certified: bool
    published_at: str
    logo: str | None


class ListedApplication(Wire, omit_defaults=False):
    """What runs in a Deployment. ``sbom`` is where its bill of materials is; a type that is built
    for each Deployment has none."""

    name: str
    type: ApplicationType
    endpoint: str | None
    schedule: str | None
    sbom: str | None


class ApplicationChange(Wire, omit_defaults=False):
    name: str
    change: Change


class ConfigurationChange(Wire, omit_defaults=False):
    """A configuration key; without ``application`` it is one of all applications."""

    key: str
    application: str | None
    change: Change


class Changes(Wire, omit_defaults=False):
    """What differs from the public version before. ``regions`` are those of this version, when
    they are others."""

    applications: tuple[ApplicationChange, ...]
    configuration: tuple[ConfigurationChange, ...]
    scopes_added: tuple[str, ...]
    scopes_removed: tuple[str, ...]
    regions: tuple[Region, ...] | None


class ListedVersion(Wire, omit_defaults=False):
    """A public version, with what changed in it; the first one has nothing to differ from."""

    version: int
    tag: str
    commit: str
    published_at: str
    changes: Changes | None


class ListedCertificate(Wire, omit_defaults=False):
    """The signed statement about the version that is listed: ``number`` is its place in the log of
    certificates, ``reviewer`` names a role, ``document`` is where it is."""

    number: int
    issued_at: str
    commit: str
    reviewer: str
    document: str


class Readme(Wire, omit_defaults=False):
    """``html`` is safe to put into a page whose last heading before it is of the second level."""

    path: str
    html: str


class CheckSummary(Wire, omit_defaults=False):
    """What one check found, counted by severity."""

    name: str
    state: State
    found: Mapping[Severity, int]


class ShownException(Wire, omit_defaults=False):
    """What the creator says does not apply, why, and until which day."""

    rule: str
    reason: str
    expires: str
    application: str | None


class FindingsSummary(Wire, omit_defaults=False):
    """What validation found in the version that is listed. ``complete`` is false when a check had
    no data to judge by."""

    complete: bool
    checks: tuple[CheckSummary, ...]
    exceptions: tuple[ShownException, ...]


class Listing(Wire, omit_defaults=False):
    """A Connector's whole page. ``repository`` is there when it is a page of the web."""

    id: str
    key: Key | None
    version: int
    name: str
    description: str
    integration_types: tuple[IntegrationType, ...]
    creator: Maker
    documentation_url: str | None
    repository: str | None
    tag: str
    commit: str
    supported_regions: tuple[Region, ...]
    certified: bool
    published_at: str
    logo: str | None
    applications: tuple[ListedApplication, ...]
    configurations: tuple[ApplicationConfiguration, ...]
    global_configuration: GlobalConfiguration | None
    scopes: tuple[str, ...]
    versions: tuple[ListedVersion, ...]
    certificate: ListedCertificate | None
    readme: Readme | None
    findings: FindingsSummary | None
