"""Preview, publication, certification."""

from typing import ClassVar

from connectory.connectors.actions.action import Action
from connectory.connectors.actions.audience import is_listed
from connectory.connectors.errors import (
    ConnectorAlreadyCertifiedError,
    ConnectorStagedInCertificationError,
    ConnectorStagedPreviewRequestUnderProcessError,
)
from connectory.connectors.model import (
    CertificationComment,
    ConnectorStaged,
    ConnectorStatus,
    IsPreviewable,
    NonEmpty,
)
from connectory.connectors.progress import with_comment
from connectory.errors import InvalidJsonInputError
from connectory.events import Event, PreviewRequested, PublishRequested
from connectory.wire import replace

CERTIFYING = {ConnectorStatus.READY_FOR_CERTIFICATION, ConnectorStatus.IN_CERTIFICATION}


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
        if self.certification:
            _require_certifiable(staged)
        elif is_listed(staged):
            # a private version would vanish for every Project that found the public one
            raise InvalidJsonInputError(
                "The Connector is public: publish it with certification, or unlist it first."
            )
        return replace(staged, status=ConnectorStatus.PROCESSING, publishing_report=None)

    def events(self, staged: ConnectorStaged) -> tuple[Event, ...]:
        return (PublishRequested(staged.id, self.certification),)


def _require_certifiable(staged: ConnectorStaged) -> None:
    if staged.status in CERTIFYING:
        raise ConnectorStagedInCertificationError
    if is_listed(staged) and not staged.has_changes:
        raise ConnectorAlreadyCertifiedError


class AddCertificationComment(Action, tag="addCertificationComment"):
    """A word to or from the reviewers; welcome in every state (facts 14.1 row 2)."""

    locked: ClassVar[bool] = False

    comment: NonEmpty

    def signed(self, user_id: str, moment: str) -> "SignedComment":
        """Who says it and when: the platform's own knowledge, never the request's."""
        return SignedComment(comment=self.comment, user_id=user_id, moment=moment)


class SignedComment(Action, tag=False, tag_field=None):
    """``AddCertificationComment`` with its author's Project and its time; never on the wire."""

    locked: ClassVar[bool] = False

    comment: str
    user_id: str
    moment: str

    def apply(self, staged: ConnectorStaged) -> ConnectorStaged:
        said = CertificationComment(
            user_id=self.user_id, datetime=self.moment, comment=self.comment
        )
        return with_comment(staged, said)
