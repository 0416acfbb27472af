"""What an update action is."""

from typing import Any, ClassVar

from connectory.connectors.errors import ConnectorStagedNotPrivateError
from connectory.connectors.model import ConnectorStaged
from connectory.events import Event
from connectory.wire import Wire, replace


class Action(Wire, tag_field="action"):
    """One change of a draft."""

    locked: ClassVar[bool] = True
    """Whether it has to wait while a publish runs or a review is open."""

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        raise NotImplementedError

    def events(self, staged: ConnectorStaged) -> tuple[Event, ...]:  # noqa: ARG002
        return ()


def edited(staged: ConnectorStaged, **changes: Any) -> ConnectorStaged:
    """The draft with changed data, so different from what is published (facts 1.6)."""
    changed = replace(staged, **changes)
    return staged if changed == staged else replace(changed, has_changes=True)


def require_private(staged: ConnectorStaged) -> None:
    """Raises ``ConnectorStagedNotPrivateError``."""
    if not staged.private:
        raise ConnectorStagedNotPrivateError(staged.id, staged.key)
