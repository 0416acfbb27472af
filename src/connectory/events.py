"""Every fact that something else follows from, past tense, data only.

Update actions and stores yield them; ``reactions`` says what follows.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """A fact about one resource."""

    resource_id: str


@dataclass(frozen=True)
class PublishRequested(Event):
    certification: bool


@dataclass(frozen=True)
class PreviewRequested(Event):
    pass


@dataclass(frozen=True)
class RepositoryChanged(Event):
    """The draft points at another URL or tag: a preview under way is void."""


@dataclass(frozen=True)
class DraftDeleted(Event):
    pass


@dataclass(frozen=True)
class ReviewTaken(Event):
    """A reviewer works on it, or wants to know again what its tag names. ``resource_id`` is the
    review's."""


@dataclass(frozen=True)
class CertificationGranted(Event):
    """The connector ``resource_id`` becomes public. All that is certified is in the review of
    ``review_id``, saved in the same transaction: commit, tree, report digest, the checklist with
    its verdicts, reviewer and time; the build that waits for it becomes the Connector's."""

    review_id: str


@dataclass(frozen=True)
class CertificationEnded(Event):
    """A review of the connector ``resource_id`` ended without a grant."""


@dataclass(frozen=True)
class ConnectorUnlisted(Event):
    """Searches do not show the Connector any more."""


@dataclass(frozen=True)
class DeploymentRequested(Event):
    """The Deployment's row says what must run: a new one, or a new state of an old one."""

    skip_scripts: bool = False


@dataclass(frozen=True)
class UndeployRequested(Event):
    skip_scripts: bool = False
