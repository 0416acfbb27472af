"""The update actions of a ConnectorStaged, each named as on the wire.

``apply`` gives the next ConnectorStaged or raises a ``ConnectError``; ``events`` says what follows.
"""

from typing import Annotated, Any, Protocol

from msgspec import Meta

from connectory.connectors.errors import (
    ConnectorAlreadyCertifiedError,
    ConnectorStagedInCertificationError,
    ConnectorStagedNotPrivateError,
    ConnectorStagedPreviewRequestUnderProcessError,
)
from connectory.connectors.model import (
    ConnectorStaged,
    ConnectorStatus,
    IsPreviewable,
    NonEmpty,
    Repository,
    Source,
)
from connectory.errors import FieldValueNotFoundError
from connectory.events import Event, PreviewRequested, PublishRequested, RepositoryChanged
from connectory.regions import ProjectIdentifier
from connectory.wire import Wire, replace

CERTIFYING = {ConnectorStatus.READY_FOR_CERTIFICATION, ConnectorStatus.IN_CERTIFICATION}


class Action(Wire, tag_field="action"):
    """One change of a draft."""

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        raise NotImplementedError

    def events(self, staged: ConnectorStaged) -> tuple[Event, ...]:  # noqa: ARG002
        return ()


def edited(staged: ConnectorStaged, **changes: Any) -> ConnectorStaged:
    """The draft with changed data, so different from what is published (facts 1.6)."""
    return replace(staged, has_changes=True, **changes)


class SetName(Action, tag="setName"):
    name: NonEmpty

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return edited(staged, name=self.name)


class SetDescription(Action, tag="setDescription"):
    description: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return edited(staged, description=self.description)


class NeedsSource(Protocol):
    """An action that the repository must be read for before it can be applied."""

    def repository(self, staged: ConnectorStaged) -> Repository: ...

    def read(self, source: Source) -> Action: ...


class SetRepository(Action, tag="setRepository"):
    """Point at another tag, or another repository; without ``url`` it stays (facts 2.5)."""

    url: NonEmpty | None = None
    tag: NonEmpty

    def repository(self, staged: ConnectorStaged) -> Repository:
        return Repository(url=self.url or staged.repository.url, tag=self.tag)

    def read(self, source: Source) -> "ReadRepository":
        return ReadRepository(url=self.url, tag=self.tag, source=source)


class ReadRepository(Action, tag=False, tag_field=None):
    """``SetRepository`` after the repository was read; never on the wire."""

    url: str | None
    tag: str
    source: Source

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return edited(
            staged,
            repository=Repository(url=self.url or staged.repository.url, tag=self.tag),
            configurations=self.source.configurations,
            global_configuration=self.source.global_configuration,
            api_client=self.source.api_client,
            is_previewable=IsPreviewable.NONE,
            previewable_report=None,
        )

    def events(self, staged: ConnectorStaged) -> tuple[Event, ...]:
        return (RepositoryChanged(staged.id),)


class AddPrivateProject(Action, tag="addPrivateProject"):
    private_project: ProjectIdentifier

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        _require_private(staged)
        if self.private_project in staged.private_projects:
            return staged
        return edited(staged, private_projects=(*staged.private_projects, self.private_project))


class RemovePrivateProject(Action, tag="removePrivateProject"):
    private_project: ProjectIdentifier

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        _require_private(staged)
        if self.private_project not in staged.private_projects:
            raise FieldValueNotFoundError("privateProjects", self.private_project)
        rest = tuple(one for one in staged.private_projects if one != self.private_project)
        return edited(staged, private_projects=rest)


class UpdatePreviewable(Action, tag="updatePreviewable"):
    """Request a preview: the validation pipeline runs, then ``isPreviewable`` tells."""

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        if staged.is_previewable is IsPreviewable.PENDING:
            raise ConnectorStagedPreviewRequestUnderProcessError
        return replace(staged, is_previewable=IsPreviewable.PENDING, previewable_report=None)

    def events(self, staged: ConnectorStaged) -> tuple[Event, ...]:
        return (PreviewRequested(staged.id),)


class Publish(Action, tag="publish"):
    """Publish privately, or enter certification (facts 1.4)."""

    certification: bool

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        if self.certification and staged.status in CERTIFYING:
            raise ConnectorStagedInCertificationError
        if self.certification and not staged.private and not staged.has_changes:
            raise ConnectorAlreadyCertifiedError
        return replace(staged, status=ConnectorStatus.PROCESSING, publishing_report=None)

    def events(self, staged: ConnectorStaged) -> tuple[Event, ...]:
        return (PublishRequested(staged.id, self.certification),)


def _require_private(staged: ConnectorStaged) -> None:
    if not staged.private:
        raise ConnectorStagedNotPrivateError(staged.id, staged.key)


UpdateAction = (
    SetName
    | SetDescription
    | SetRepository
    | AddPrivateProject
    | RemovePrivateProject
    | UpdatePreviewable
    | Publish
)


class ConnectorUpdate(Wire):
    """ConnectorUpdate of the contract: actions apply in order, or not at all."""

    version: int
    actions: Annotated[tuple[UpdateAction, ...], Meta(max_length=500)]
