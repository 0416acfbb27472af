"""Examples of what to send; made of the structs themselves, so they are always valid."""

from typing import Any

from connectory.api.platform.topic_answers import MessageDraft
from connectory.api.pubsub import PublishRequest, PubsubMessage
from connectory.auth.administration import ApiClientDraft, ProjectDraft
from connectory.connectors.actions import ConnectorUpdate, Publish, SetRepository
from connectory.connectors.model import (
    ConnectorStagedDraft,
    Creator,
    IntegrationType,
    Repository,
)
from connectory.deployments.model import (
    ApplicationValues,
    ConfigurationValue,
    ConnectorReference,
    DeploymentDraft,
    DeploymentType,
)
from connectory.regions import Region

REGION = Region.EUROPE_WEST1_GCP

EXAMPLES: dict[Any, Any] = {
    ConnectorStagedDraft: ConnectorStagedDraft(
        key="tax-calculator",
        name="Tax calculator",
        description="Calculates taxes while a cart changes.",
        integration_types=(IntegrationType.TAX,),
        creator=Creator(name="Ada Lovelace", email="ada@example.org", company="Example"),
        repository=Repository(url="https://github.com/example/tax-calculator", tag="1.0.0"),
        supported_regions=(REGION,),
        private_projects=(f"{REGION}:demo",),
    ),
    ConnectorUpdate: ConnectorUpdate(
        version=1, actions=(SetRepository(tag="1.1.0"), Publish(certification=False))
    ),
    DeploymentDraft: DeploymentDraft(
        key="tax-calculator-live",
        type=DeploymentType.SANDBOX,
        connector=ConnectorReference(key="tax-calculator"),
        configurations=(
            ApplicationValues(
                application_name="service",
                standard_configuration=(ConfigurationValue(key="MODE", value="fast"),),
                secured_configuration=(ConfigurationValue(key="TOKEN", value="of-the-tax-api"),),
            ),
        ),
        region=REGION,
    ),
    ProjectDraft: ProjectDraft(key="shop", region=REGION, production=True),
    PublishRequest: PublishRequest(
        messages=(PubsubMessage(data="eyJhIjogMX0=", attributes={"kind": "example"}),)
    ),
    MessageDraft: MessageDraft(data="eyJhIjogMX0="),
    ApiClientDraft: ApiClientDraft(project_key="demo", scopes=("manage_project:demo",)),
}
