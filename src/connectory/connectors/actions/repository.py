"""Where a Connector's code is."""

from typing import Protocol

from connectory.connectors.actions.action import Action
from connectory.connectors.model import (
    ConnectorStaged,
    IsPreviewable,
    NonEmpty,
    Repository,
    Source,
)
from connectory.events import Event, RepositoryChanged
from connectory.wire import replace


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
    """``SetRepository`` after the repository was read; never on the wire.

    Always a change: the same tag may name another commit now.
    """

    url: str | None
    tag: str
    source: Source

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        return replace(
            staged,
            has_changes=True,
            repository=Repository(url=self.url or staged.repository.url, tag=self.tag),
            configurations=self.source.configurations,
            global_configuration=self.source.global_configuration,
            api_client=self.source.api_client,
            is_previewable=IsPreviewable.NONE,
            previewable_report=None,
        )

    def events(self, staged: ConnectorStaged) -> tuple[Event, ...]:
        return (RepositoryChanged(staged.id),)
