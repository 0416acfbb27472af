"""The shapes of the contract for ConnectorStaged and Connector (types.json)."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from connectory.regions import ProjectIdentifier, Region
from connectory.specification import (
    ApplicationType,
    ExponentialBackoff,
    HealthCheck,
    Immediate,
    SecuredKey,
    Specification,
    StandardKey,
)
from connectory.wire import END, Wire

Key = Annotated[str, Meta(pattern=rf"^[A-Za-z0-9_-]+{END}", min_length=2, max_length=256)]
NonEmpty = Annotated[str, Meta(min_length=1)]
Email = Annotated[str, Meta(pattern=rf"^[^\s@]+@[^\s@]+\.[^\s@]+{END}", max_length=320)]


class IntegrationType(StrEnum):
    TAX = "tax"
    MARKETPLACE = "marketplace"
    OMS = "oms"
    PSP = "psp"
    PIM = "pim"
    PROMOTION = "promotion"
    SEARCH = "search"
    ERP = "erp"
    CRM = "crm"
    EMAIL = "email"
    ANALYTICS = "analytics"
    SHIPPING = "shipping"
    GIFTCARD = "giftcard"
    OTHER = "other"


class ConnectorStatus(StrEnum):
    """Facts 1.4."""

    DRAFT = "Draft"
    PROCESSING = "Processing"
    READY_FOR_CERTIFICATION = "ReadyForCertification"
    IN_CERTIFICATION = "InCertification"
    PUBLISHED = "Published"
    FAILED = "Failed"


class IsPreviewable(StrEnum):
    """A string, not a boolean (facts 1.5)."""

    TRUE = "true"
    FALSE = "false"
    PENDING = "pending"
    NONE = "none"


class Repository(Wire):
    url: NonEmpty
    tag: NonEmpty


class Creator(Wire):
    email: Email
    name: str | None = None
    title: str | None = None
    company: str | None = None
    logo_url: str | None = None
    no_of_contributors: Annotated[int, Meta(ge=1)] | None = None
    support_url: str | None = None


class ConfigurationKey(Wire):
    """A configuration key an application declares; ``default`` only for standard ones."""

    key: str
    description: str
    default: str | None = None
    required: bool


class ApplicationConfiguration(Wire):
    """ConnectorConfigurationApplication of the contract."""

    application_name: Key
    application_type: ApplicationType
    standard_configuration: tuple[ConfigurationKey, ...]
    secured_configuration: tuple[ConfigurationKey, ...]


class GlobalConfiguration(Wire):
    standard_configuration: tuple[ConfigurationKey, ...]
    secured_configuration: tuple[ConfigurationKey, ...]


class ConnectorApiClient(Wire):
    scopes: tuple[str, ...]


class CertificationComment(Wire):
    user_id: str
    datetime: str
    comment: str


class CertificationInfo(Wire):
    comments: tuple[CertificationComment, ...]


class ReportEntryType(StrEnum):
    INFORMATION = "Information"
    WARNING = "Warning"
    ERROR = "Error"


class ReportEntry(Wire):
    type: ReportEntryType
    title: str
    message: str | None = None
    application: str | None = None
    created_at: str


class Report(Wire):
    entries: tuple[ReportEntry, ...]


class ConnectorStagedDraft(Wire):
    key: Key | None = None
    name: NonEmpty
    description: str | None = None
    integration_types: tuple[IntegrationType, ...] | None = None
    creator: Creator
    repository: Repository
    supported_regions: tuple[Region, ...] | None = None
    private_projects: tuple[ProjectIdentifier, ...] | None = None
    documentation_url: str | None = None


class ConnectorStaged(Wire):
    id: str
    key: Key | None = None
    version: int
    name: str
    description: str
    integration_types: tuple[IntegrationType, ...]
    creator: Creator
    repository: Repository
    configurations: tuple[ApplicationConfiguration, ...]
    global_configuration: GlobalConfiguration | None = None
    api_client: ConnectorApiClient | None = None
    private: bool
    private_projects: tuple[ProjectIdentifier, ...]
    supported_regions: tuple[Region, ...]
    certification_info: CertificationInfo | None = None
    status: ConnectorStatus
    publishing_report: Report | None = None
    already_listed: bool
    has_changes: bool
    is_previewable: IsPreviewable
    previewable_report: Report | None = None
    documentation_url: str | None = None


class Connector(Wire):
    """One published version, immutable. ``version`` counts the publishings of the Connector."""

    id: str
    key: Key | None = None
    version: int
    name: str
    description: str
    integration_types: tuple[IntegrationType, ...]
    creator: Creator
    repository: Repository
    configurations: tuple[ApplicationConfiguration, ...]
    global_configuration: GlobalConfiguration | None = None
    api_client: ConnectorApiClient | None = None
    private: bool
    supported_regions: tuple[Region, ...]
    certified: bool
    documentation_url: str | None = None


class RetryPolicy(Wire):
    """How events that an application did not take are tried again (facts 3.3).

    Bounds are checked by ``deployments.retries``: a wrong value has an error code of its own.
    """

    strategy: str
    min_backoff_seconds: int | None = None
    max_backoff_seconds: int | None = None
    max_attempts: int | None = None


class BuiltApplication(msgspec.Struct, frozen=True):
    """What publishing leaves behind for hosting: one application, ready to run.

    ``artifact`` is the digest of its OCI image manifest; None only for Merchant Center types that
    were published before these had one. ``command`` runs inside the artifact, in ``directory``: it
    starts the application, or builds a Merchant Center one for a Deployment; () for assets.
    """

    name: str
    type: ApplicationType
    endpoint: str | None
    artifact: str | None
    command: tuple[str, ...]
    directory: str
    node: str | None
    schedule: str | None = None
    post_deploy: str | None = None
    pre_undeploy: str | None = None
    retry_policy: RetryPolicy | None = None
    health_check: HealthCheck | None = None


class Build(msgspec.Struct, frozen=True):
    """The outcome of one pipeline over one commit."""

    commit: str
    tree: str
    applications: tuple[BuiltApplication, ...]

    @property
    def artifacts(self) -> frozenset[str]:
        """The digests this build needs to stay."""
        return frozenset(one.artifact for one in self.applications if one.artifact)


def retry_policy(declared: Immediate | ExponentialBackoff | None) -> RetryPolicy | None:
    """The wire form of what connect.yaml says."""
    if declared is None:
        return None
    if isinstance(declared, Immediate):
        return RetryPolicy(strategy="immediate")
    return RetryPolicy(
        strategy="exponential-backoff",
        min_backoff_seconds=declared.min_backoff_seconds,
        max_backoff_seconds=declared.max_backoff_seconds,
        max_attempts=declared.max_attempts,
    )


class Source(msgspec.Struct, frozen=True):
    """What a draft learns from its repository: the commit of the tag and what connect.yaml says."""

    commit: str
    configurations: tuple[ApplicationConfiguration, ...]
    global_configuration: GlobalConfiguration | None
    api_client: ConnectorApiClient | None


def source(commit: str, specification: Specification) -> Source:
    """The wire form of a specification (facts 2.4: ``required`` is always echoed)."""
    shared = specification.global_configuration
    scopes = specification.api_client_scopes
    return Source(
        commit=commit,
        configurations=tuple(
            ApplicationConfiguration(
                application_name=application.name,
                application_type=application.type,
                standard_configuration=_keys(application.configuration.standard),
                secured_configuration=_keys(application.configuration.secured),
            )
            for application in specification.applications
        ),
        global_configuration=None
        if shared is None
        else GlobalConfiguration(
            standard_configuration=_keys(shared.standard),
            secured_configuration=_keys(shared.secured),
        ),
        api_client=ConnectorApiClient(scopes=scopes) if scopes else None,
    )


def _keys(keys: tuple[StandardKey, ...] | tuple[SecuredKey, ...]) -> tuple[ConfigurationKey, ...]:
    return tuple(
        ConfigurationKey(
            key=key.key,
            description=key.description,
            default=key.default if isinstance(key, StandardKey) else None,
            required=key.required,
        )
        for key in keys
    )
