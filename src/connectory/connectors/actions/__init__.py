"""The update actions of a ConnectorStaged, each named as on the wire.

``apply`` gives the next ConnectorStaged or raises a ``ConnectError``; ``events`` says what follows.
"""

from typing import Annotated

from msgspec import Meta

from connectory.connectors.actions.action import Action
from connectory.connectors.actions.audience import AddPrivateProject, RemovePrivateProject, Unlist
from connectory.connectors.actions.creator import (
    SetCreatorCompany,
    SetCreatorEmail,
    SetCreatorLogo,
    SetCreatorName,
    SetCreatorNoOfContributors,
    SetCreatorSupportUrl,
    SetCreatorTitle,
)
from connectory.connectors.actions.describing import (
    SetDescription,
    SetDocumentationUrl,
    SetIntegrationTypes,
    SetName,
    SetSupportedRegions,
)
from connectory.connectors.actions.lifecycle import (
    CERTIFYING,
    AddCertificationComment,
    Publish,
    SignedComment,
    UpdatePreviewable,
)
from connectory.connectors.actions.repository import NeedsSource, ReadRepository, SetRepository
from connectory.wire import Wire

__all__ = [
    "CERTIFYING",
    "Action",
    "AddCertificationComment",
    "AddPrivateProject",
    "ConnectorUpdate",
    "NeedsSource",
    "Publish",
    "ReadRepository",
    "RemovePrivateProject",
    "SetCreatorCompany",
    "SetCreatorEmail",
    "SetCreatorLogo",
    "SetCreatorName",
    "SetCreatorNoOfContributors",
    "SetCreatorSupportUrl",
    "SetCreatorTitle",
    "SetDescription",
    "SetDocumentationUrl",
    "SetIntegrationTypes",
    "SetName",
    "SetRepository",
    "SetSupportedRegions",
    "SignedComment",
    "Unlist",
    "UpdateAction",
    "UpdatePreviewable",
]

UpdateAction = (
    SetName
    | SetDescription
    | SetIntegrationTypes
    | SetSupportedRegions
    | SetDocumentationUrl
    | SetCreatorName
    | SetCreatorTitle
    | SetCreatorEmail
    | SetCreatorCompany
    | SetCreatorLogo
    | SetCreatorNoOfContributors
    | SetCreatorSupportUrl
    | SetRepository
    | AddPrivateProject
    | RemovePrivateProject
    | Unlist
    | UpdatePreviewable
    | Publish
    | AddCertificationComment
)


class ConnectorUpdate(Wire):
    """ConnectorUpdate of the contract: actions apply in order, or not at all."""

    version: int
    actions: Annotated[tuple[UpdateAction, ...], Meta(max_length=500)]
