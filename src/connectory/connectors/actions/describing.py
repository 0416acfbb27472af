"""What a Connector is and where it may run. An empty text clears what is optional."""

from typing import Annotated

from msgspec import Meta

from connectory.connectors.actions.action import Action, edited
from connectory.connectors.model import ConnectorStaged, IntegrationType, NonEmpty
from connectory.regions import Region


class SetName(Action, tag="setName"):
    name: NonEmpty

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return edited(staged, name=self.name)


class SetDescription(Action, tag="setDescription"):
    description: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return edited(staged, description=self.description)


class SetIntegrationTypes(Action, tag="setIntegrationTypes"):
    integration_types: tuple[IntegrationType, ...]

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return edited(staged, integration_types=tuple(dict.fromkeys(self.integration_types)))


class SetSupportedRegions(Action, tag="setSupportedRegions"):
    regions: Annotated[tuple[Region, ...], Meta(min_length=1)]

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return edited(staged, supported_regions=tuple(dict.fromkeys(self.regions)))


class SetDocumentationUrl(Action, tag="setDocumentationUrl"):
    documentation_url: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return edited(staged, documentation_url=self.documentation_url or None)
