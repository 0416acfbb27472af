"""Creating and changing a ConnectorStaged: pure decisions."""

from collections.abc import Sequence

from connectory.connectors.actions import CERTIFYING, Action, ReadRepository
from connectory.connectors.errors import ConnectorStagedInCertificationError
from connectory.connectors.model import (
    ConnectorStaged,
    ConnectorStagedDraft,
    ConnectorStatus,
    IntegrationType,
    IsPreviewable,
    Source,
)
from connectory.errors import ConcurrentModificationError, InvalidJsonInputError
from connectory.events import Event
from connectory.wire import replace


def create(id: str, draft: ConnectorStagedDraft, source: Source) -> ConnectorStaged:  # noqa: A002
    """The first version of a draft (facts 2.5: Draft, previewable none, private)."""
    return ConnectorStaged(
        id=id,
        key=draft.key,
        version=1,
        name=draft.name,
        description=draft.description or "",
        integration_types=draft.integration_types or (IntegrationType.OTHER,),
        creator=draft.creator,
        repository=draft.repository,
        configurations=source.configurations,
        global_configuration=source.global_configuration,
        api_client=source.api_client,
        private=True,
        private_projects=tuple(dict.fromkeys(draft.private_projects or ())),
        supported_regions=draft.supported_regions or (),
        status=ConnectorStatus.DRAFT,
        already_listed=False,
        has_changes=False,
        is_previewable=IsPreviewable.NONE,
        documentation_url=draft.documentation_url,
    )


def update(
    staged: ConnectorStaged, version: int, actions: Sequence[Action]
) -> tuple[ConnectorStaged, tuple[Event, ...]]:
    """The next version, and what follows from the change.

    Raises ``ConcurrentModificationError`` for another version than the current one, and what the
    actions raise; then nothing has changed. Without an effect the version stays.
    """
    require_current(staged, version)
    changed, events = staged, list[Event]()
    for action in actions:
        if action.locked:
            require_unlocked(changed)
        changed = action.apply(changed)
        events += action.events(changed)
    if changed == staged and not events:
        return staged, ()
    return replace(changed, version=staged.version + 1), tuple(events)


def require_current(staged: ConnectorStaged, version: int) -> None:
    """Raises ``ConcurrentModificationError`` for another version than the current one."""
    if version != staged.version:
        raise ConcurrentModificationError(staged.id, staged.key, version, staged.version)


def require_unlocked(staged: ConnectorStaged) -> None:
    """While a publish runs or a review is open nothing else may change (facts 1.4, 14.1)."""
    if staged.status in CERTIFYING:
        raise ConnectorStagedInCertificationError
    if staged.status is ConnectorStatus.PROCESSING:
        raise InvalidJsonInputError(
            "The ConnectorStaged is being published (status Processing). "
            "Wait until the status is Published or Failed, then update it."
        )


def commit_of(actions: Sequence[Action]) -> str | None:
    """The commit the draft points at after these actions, if they change it."""
    commits = [action.source.commit for action in actions if isinstance(action, ReadRepository)]
    return commits[-1] if commits else None
