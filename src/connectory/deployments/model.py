"""The shapes of the contract for Deployments (types.json)."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from connectory.connectors.model import (
    ApplicationConfiguration,
    Build,
    Connector,
    ConnectorStaged,
    Creator,
    GlobalConfiguration,
    IntegrationType,
    Key,
    Report,
    Repository,
    RetryPolicy,
)
from connectory.regions import Region
from connectory.wire import Int64, Wire


class DeploymentStatus(StrEnum):
    """Facts 6. ``Draft`` is in the contract and never emitted (facts 14.1)."""

    DRAFT = "Draft"
    QUEUED = "Queued"
    DEPLOYING = "Deploying"
    DEPLOYED = "Deployed"
    FAILED = "Failed"
    UNDEPLOYING = "Undeploying"
    UNDEPLOY_FAILED = "UndeployFailed"


class DeploymentType(StrEnum):
    PREVIEW = "preview"
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class ConfigurationValue(Wire):
    key: str
    value: str


class ConnectorReference(Wire):
    id: str | None = None
    key: str | None = None
    staged: bool = False
    version: Int64 | None = None


class ApplicationValues(Wire):
    """DeploymentConfigurationApplication. Both lists may be left out (facts 2.6)."""

    application_name: str
    standard_configuration: tuple[ConfigurationValue, ...] = ()
    secured_configuration: tuple[ConfigurationValue, ...] = ()
    schedule: str | None = None
    retry_policy: RetryPolicy | None = None


class GlobalValues(Wire):
    """DeploymentGlobalConfiguration."""

    standard_configuration: tuple[ConfigurationValue, ...] = ()
    secured_configuration: tuple[ConfigurationValue, ...] = ()


class DeploymentDraft(Wire):
    """``region`` is any text here: an unknown one has an error code of its own."""

    key: Key | None = None
    type: DeploymentType | None = None
    connector: ConnectorReference
    configurations: tuple[ApplicationValues, ...]
    global_configuration: GlobalValues | None = None
    region: str


class DeploymentConnector(Wire):
    """The Connector as it was when it was deployed."""

    id: str
    key: str | None = None
    version: int
    name: str
    description: str | None = None
    integration_types: tuple[IntegrationType, ...]
    creator: Creator
    repository: Repository
    configurations: tuple[ApplicationConfiguration, ...]
    global_configuration: GlobalConfiguration | None = None
    certified: bool
    supported_regions: tuple[Region, ...]
    documentation_url: str | None = None


class ShownGlobalValues(Wire, omit_defaults=False):
    standard_configuration: tuple[ConfigurationValue, ...]
    secured_configuration: tuple[ConfigurationValue, ...]


class ApplicationDeployment(Wire):
    """``secured_configuration`` is masked: runs of ``*``."""

    id: str
    application_name: Key
    standard_configuration: tuple[ConfigurationValue, ...]
    secured_configuration: tuple[ConfigurationValue, ...]
    url: str | None = None
    topic: str | None = None
    schedule: str | None = None
    retry_policy: RetryPolicy | None = None


class DeploymentApiClient(Wire):
    name: str
    scopes: tuple[str, ...]


class DetailsBuild(Wire):
    id: str
    report: Report | None = None


class Details(Wire):
    """Empty until the first report entry (facts 2.6)."""

    build: DetailsBuild | None = None


class Deployment(Wire):
    id: str
    key: Key | None = None
    version: int
    type: DeploymentType
    connector: DeploymentConnector
    global_configuration: ShownGlobalValues | None = None
    api_client: DeploymentApiClient | None = None
    details: Details
    deployed_region: Region
    applications: tuple[ApplicationDeployment, ...]
    preview: bool
    status: DeploymentStatus
    rollback_revision: int | None = None


class Redeploy(Wire):
    """DeploymentRedeployAction (facts 2.7): what is left out keeps its deployed value.

    ``globalConfiguration`` holds values, as clients send them, not the keys of the contract's type.
    """

    action: Literal["redeploy"]
    skip_scripts: bool = False
    configuration_values: tuple[ApplicationValues, ...] | None = None
    global_configuration: GlobalValues | None = None
    update_connector: bool = False


class DeploymentUpdate(Wire):
    version: int
    actions: Annotated[tuple[Redeploy, ...], Meta(max_length=500)]


class DeploymentRollback(Wire):
    """Without ``version`` whatever is current is rolled back."""

    version: int | None = None


class RevisionConnector(Wire):
    """DeploymentRevisionConnector: which code a revision runs."""

    id: str
    key: str | None = None
    version: int
    name: str
    repository: Repository


class RevisionApplication(Wire):
    """DeploymentRevisionApplication; secrets are masked as in the Deployment."""

    application_name: str
    standard_configuration: tuple[ConfigurationValue, ...]
    secured_configuration: tuple[ConfigurationValue, ...]
    schedule: str | None = None
    retry_policy: RetryPolicy | None = None


class DeploymentRevision(Wire):
    """A state the Deployment ran in, which a rollback can bring back (facts 2.8).
    ``rollback_revision``: it is itself what a rollback brought back."""

    revision: int
    connector: RevisionConnector
    global_configuration: ShownGlobalValues | None = None
    applications: tuple[RevisionApplication, ...]
    rollback_revision: int | None = None
    created_at: str


class Deployable(msgspec.Struct, frozen=True):
    """What a reference resolved to: a Connector version or a previewable draft, with its build."""

    connector: DeploymentConnector
    build: Build
    api_client_scopes: tuple[str, ...]
    staged: bool


class ApplicationEnvironment(msgspec.Struct, frozen=True):
    """The configuration values of one application in clear: kept sealed only."""

    application_name: str
    variables: dict[str, str]


class Secrets(msgspec.Struct, frozen=True):
    """Everything of a Deployment that is kept sealed."""

    applications: tuple[ApplicationEnvironment, ...]
    api_client: dict[str, str] = {}


def from_connector(connector: Connector, build: Build) -> Deployable:
    snapshot = DeploymentConnector(
        id=connector.id,
        key=connector.key,
        version=connector.version,
        name=connector.name,
        description=connector.description,
        integration_types=connector.integration_types,
        creator=connector.creator,
        repository=connector.repository,
        configurations=connector.configurations,
        global_configuration=connector.global_configuration,
        certified=connector.certified,
        supported_regions=connector.supported_regions,
        documentation_url=connector.documentation_url,
    )
    scopes = connector.api_client.scopes if connector.api_client else ()
    return Deployable(connector=snapshot, build=build, api_client_scopes=scopes, staged=False)


def from_staged(staged: ConnectorStaged, build: Build) -> Deployable:
    snapshot = DeploymentConnector(
        id=staged.id,
        key=staged.key,
        version=staged.version,
        name=staged.name,
        description=staged.description,
        integration_types=staged.integration_types,
        creator=staged.creator,
        repository=staged.repository,
        configurations=staged.configurations,
        global_configuration=staged.global_configuration,
        certified=False,
        supported_regions=staged.supported_regions,
        documentation_url=staged.documentation_url,
    )
    scopes = staged.api_client.scopes if staged.api_client else ()
    return Deployable(connector=snapshot, build=build, api_client_scopes=scopes, staged=True)
