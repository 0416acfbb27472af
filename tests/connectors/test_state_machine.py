"""Any sequence of actions, previews and publishings keeps the promises of facts 1."""

from typing import Any

from hypothesis import settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from tests.connectors.test_update import SOURCE, draft

from connectory.connectors import progress
from connectory.connectors.actions import (
    CERTIFYING,
    Action,
    AddPrivateProject,
    Publish,
    ReadRepository,
    RemovePrivateProject,
    SetCreatorCompany,
    SetDescription,
    SetIntegrationTypes,
    SetName,
    SetSupportedRegions,
    SignedComment,
    Unlist,
    UpdatePreviewable,
)
from connectory.connectors.model import (
    CertificationComment,
    Connector,
    ConnectorStaged,
    ConnectorStatus,
    IntegrationType,
    IsPreviewable,
    ReportEntry,
    ReportEntryType,
)
from connectory.connectors.update import update
from connectory.errors import ConcurrentModificationError, ConnectError
from connectory.events import Event, PreviewRequested, PublishRequested, RepositoryChanged
from connectory.regions import Region
from connectory.wire import replace

PROJECTS = strategies.sampled_from(["europe-west1.gcp:a1", "us-east-2.aws:b2"])
NAMES = strategies.sampled_from(["One", "Two", "Three"])
ACTIONS: strategies.SearchStrategy[Action] = strategies.one_of(
    strategies.builds(SetName, name=NAMES),
    strategies.builds(SetDescription, description=NAMES),
    strategies.builds(SetCreatorCompany, creator_company=strategies.sampled_from(["", "AG"])),
    strategies.builds(
        SetIntegrationTypes,
        integration_types=strategies.tuples(strategies.sampled_from(IntegrationType)),
    ),
    strategies.builds(
        SetSupportedRegions, regions=strategies.tuples(strategies.sampled_from(Region))
    ),
    strategies.builds(AddPrivateProject, private_project=PROJECTS),
    strategies.builds(RemovePrivateProject, private_project=PROJECTS),
    strategies.builds(
        ReadRepository, url=strategies.none(), tag=NAMES, source=strategies.just(SOURCE)
    ),
    strategies.builds(Publish, certification=strategies.booleans()),
    strategies.just(UpdatePreviewable()),
    strategies.just(Unlist()),
    strategies.builds(
        SignedComment, comment=NAMES, user_id=strategies.just("a1"), moment=strategies.just("m")
    ),
)
ENTRY = ReportEntry(type=ReportEntryType.INFORMATION, title="Step", created_at="m")
LOCKED = {ConnectorStatus.PROCESSING, *CERTIFYING}
DATA = ("name", "description", "integration_types", "creator", "repository", "supported_regions")


class Draft(RuleBasedStateMachine):
    """A draft, the runs it asks for, and what it is published as."""

    def __init__(self) -> None:
        super().__init__()
        self.staged = draft()
        self.previewing = False
        self.publishing: bool | None = None
        """Whether the publish under way wants certification; None: there is none."""
        self.connector: Connector | None = None

    @rule(actions=strategies.lists(ACTIONS, min_size=1, max_size=4))
    def change(self, actions: list[Action]) -> None:
        """Applied whole, or refused whole."""
        before = self.staged
        try:
            changed, events = update(before, before.version, actions)
        except ConnectError:
            assert self.staged == before
            return
        effective = changed != before
        assert changed.version == before.version + (1 if effective or events else 0)
        if before.status in LOCKED:
            assert changed.status is before.status
            same = replace(
                changed, version=before.version, certification_info=before.certification_info
            )
            assert same == before
        self.staged = changed
        self._follow(events)

    @rule(actions=strategies.lists(ACTIONS, min_size=1, max_size=2), off=strategies.integers(1, 3))
    def change_a_stale_version(self, actions: list[Action], off: int) -> None:
        try:
            update(self.staged, self.staged.version - off, actions)
        except ConcurrentModificationError:
            return
        raise AssertionError("a stale version was taken")

    @precondition(lambda self: self.previewing)
    @rule(passed=strategies.booleans())
    def preview_ends(self, passed: bool) -> None:
        self._background(progress.with_previewable_entry(self.staged, ENTRY))
        self._background(progress.previewed(self.staged, passed))
        self.previewing = False

    @precondition(lambda self: self.publishing is not None)
    @rule(passed=strategies.booleans())
    def publish_ends(self, passed: bool) -> None:
        self._background(progress.with_publishing_entry(self.staged, ENTRY))
        if not passed:
            self._background(progress.failed(self.staged))
        elif self.publishing:
            self._background(progress.ready_for_certification(self.staged))
        else:
            self._background(progress.published(self.staged))
            self._release(certified=False)
        self.publishing = None

    @precondition(lambda self: self.staged.status in CERTIFYING)
    @rule(taken=strategies.booleans())
    def review_is_taken_or_put_back(self, taken: bool) -> None:
        move = progress.in_certification if taken else progress.ready_for_certification
        self._background(move(self.staged))

    @precondition(lambda self: self.staged.status in CERTIFYING)
    @rule(comment=NAMES)
    def the_reviewer_comments(self, comment: str) -> None:
        said = CertificationComment(user_id="reviewer", datetime="m", comment=comment)
        self._background(progress.commented(self.staged, said))

    @precondition(lambda self: self.staged.status in CERTIFYING)
    @rule(verdict=strategies.sampled_from(["granted", "rejected", "withdrawn"]))
    def review_ends(self, verdict: str) -> None:
        if verdict == "granted":
            self._background(progress.certified(self.staged))
            self._release(certified=True)
        elif verdict == "rejected":
            self._background(progress.failed(self.staged))
        else:
            live = self.connector is not None
            self._background(progress.review_withdrawn(self.staged, released=live))

    def _release(self, *, certified: bool) -> None:
        number = self.connector.version + 1 if self.connector else 1
        self.connector = progress.released(self.staged, number, certified=certified)

    def _background(self, changed: ConnectorStaged) -> None:
        assert changed.version == self.staged.version + 1
        self.staged = changed

    def _follow(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, PreviewRequested):
                assert not self.previewing
                self.previewing = True
            elif isinstance(event, RepositoryChanged):
                self.previewing = False
            elif isinstance(event, PublishRequested):
                assert self.publishing is None
                self.publishing = event.certification

    @invariant()
    def a_run_is_under_way_exactly_when_the_draft_says_so(self) -> None:
        assert self.previewing == (self.staged.is_previewable is IsPreviewable.PENDING)
        processing = self.staged.status is ConnectorStatus.PROCESSING
        assert (self.publishing is not None) == processing

    @invariant()
    def without_changes_it_equals_its_connector(self) -> None:
        """Facts 1.6, once something is published."""
        if self.connector and not self.staged.has_changes:
            for name in DATA:
                shown: Any = getattr(self.connector, name)
                assert getattr(self.staged, name) == shown

    @invariant()
    def what_is_listed_is_published(self) -> None:
        if self.staged.already_listed:
            assert self.connector is not None
        if not self.staged.private:
            assert self.connector is not None
            assert self.connector.certified

    @invariant()
    def a_public_connector_is_never_replaced_by_a_private_one_unless_unlisted(self) -> None:
        if self.connector and self.staged.already_listed:
            assert self.connector.private == self.staged.private

    @invariant()
    def the_connector_keeps_its_id(self) -> None:
        assert self.connector is None or self.connector.id == self.staged.id


TestDraft = Draft.TestCase
TestDraft.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
