"""The decisions about a draft, without any I/O."""

from itertools import product

import pytest

from connectory.connectors.actions import (
    AddPrivateProject,
    Publish,
    ReadRepository,
    RemovePrivateProject,
    SetDescription,
    SetName,
    UpdatePreviewable,
)
from connectory.connectors.errors import (
    ConnectorAlreadyCertifiedError,
    ConnectorStagedInCertificationError,
    ConnectorStagedNotPrivateError,
    ConnectorStagedPreviewRequestUnderProcessError,
)
from connectory.connectors.model import (
    ConnectorStaged,
    ConnectorStagedDraft,
    ConnectorStatus,
    Creator,
    IsPreviewable,
    Report,
    Repository,
    Source,
)
from connectory.connectors.update import create, update
from connectory.errors import (
    ConcurrentModificationError,
    FieldValueNotFoundError,
    InvalidJsonInputError,
)
from connectory.events import PreviewRequested, PublishRequested, RepositoryChanged
from connectory.wire import replace

SOURCE = Source("c" * 40, (), None, None)
PROJECT = "europe-west1.gcp:demo"


def draft() -> ConnectorStaged:
    wanted = ConnectorStagedDraft(
        name="Tax",
        creator=Creator(email="ada@example.org"),
        repository=Repository(url="https://git.example/tax.git", tag="1.0.0"),
    )
    return create("id-1", wanted, SOURCE)


def public_draft() -> ConnectorStaged:
    """As a review leaves it: published with certification, listed."""
    status = ConnectorStatus.PUBLISHED
    return replace(draft(), private=False, already_listed=True, status=status)


def test_a_new_draft_is_as_the_platform_makes_it() -> None:
    made = draft()
    assert (made.version, made.status, made.is_previewable) == (1, "Draft", "none")
    assert (made.private, made.already_listed, made.has_changes) == (True, False, False)
    assert (made.integration_types, made.description) == (("other",), "")


def test_actions_apply_in_order_and_count_as_one_version() -> None:
    changed, events = update(draft(), 1, [SetName(name="A"), SetName(name="B")])
    assert (changed.name, changed.version, changed.has_changes, events) == ("B", 2, True, ())


def test_nothing_applies_when_one_action_cannot() -> None:
    made = draft()
    with pytest.raises(FieldValueNotFoundError):
        update(made, 1, [SetName(name="A"), RemovePrivateProject(private_project=PROJECT)])
    assert made == draft()


def test_a_stale_version_is_refused() -> None:
    with pytest.raises(ConcurrentModificationError):
        update(draft(), 2, [SetName(name="A")])


def test_an_update_without_effect_keeps_the_version() -> None:
    listed, _ = update(draft(), 1, [AddPrivateProject(private_project=PROJECT)])
    again, events = update(listed, 2, [AddPrivateProject(private_project=PROJECT)])
    assert (again, events) == (listed, ())


def test_projects_are_listed_and_taken_off() -> None:
    listed, _ = update(draft(), 1, [AddPrivateProject(private_project=PROJECT)])
    assert listed.private_projects == (PROJECT,)
    free, _ = update(listed, 2, [RemovePrivateProject(private_project=PROJECT)])
    assert free.private_projects == ()


def test_a_public_draft_has_no_private_projects_to_change() -> None:
    public = replace(draft(), private=False)
    for action in (
        AddPrivateProject(private_project=PROJECT),
        RemovePrivateProject(private_project=PROJECT),
    ):
        with pytest.raises(ConnectorStagedNotPrivateError):
            update(public, 1, [action])


def test_a_preview_is_requested_once_at_a_time() -> None:
    pending, events = update(draft(), 1, [UpdatePreviewable()])
    assert pending.is_previewable is IsPreviewable.PENDING
    assert events == (PreviewRequested("id-1"),)
    with pytest.raises(ConnectorStagedPreviewRequestUnderProcessError):
        update(pending, 2, [UpdatePreviewable()])


def test_another_repository_makes_the_preview_void_and_keeps_the_publishing_report() -> None:
    before = replace(
        draft(),
        status=ConnectorStatus.PUBLISHED,
        is_previewable=IsPreviewable.TRUE,
        previewable_report=Report(entries=()),
        publishing_report=Report(entries=()),
    )
    changed, events = update(before, 1, [ReadRepository(url=None, tag="2.0.0", source=SOURCE)])
    assert changed.repository == Repository(url="https://git.example/tax.git", tag="2.0.0")
    assert (changed.is_previewable, changed.previewable_report) == ("none", None)
    assert (changed.status, changed.publishing_report) == ("Published", Report(entries=()))
    assert (changed.has_changes, events) == (True, (RepositoryChanged("id-1"),))


@pytest.mark.parametrize("certification", [True, False])
def test_publishing_starts_processing_from_every_state_that_allows_it(certification: bool) -> None:
    for status in (ConnectorStatus.DRAFT, ConnectorStatus.PUBLISHED, ConnectorStatus.FAILED):
        changed, events = update(
            replace(draft(), status=status), 1, [Publish(certification=certification)]
        )
        assert changed.status is ConnectorStatus.PROCESSING
        assert events == (PublishRequested("id-1", certification),)


def test_a_certified_unchanged_draft_is_not_certified_again() -> None:
    with pytest.raises(ConnectorAlreadyCertifiedError):
        update(public_draft(), 1, [Publish(certification=True)])


def test_while_it_is_processed_or_reviewed_nothing_changes() -> None:
    actions = (SetName(name="A"), SetDescription(description="d"), UpdatePreviewable(),
               Publish(certification=True), AddPrivateProject(private_project=PROJECT))  # fmt: skip
    refusals = {
        ConnectorStatus.PROCESSING: InvalidJsonInputError,
        ConnectorStatus.READY_FOR_CERTIFICATION: ConnectorStagedInCertificationError,
        ConnectorStatus.IN_CERTIFICATION: ConnectorStagedInCertificationError,
    }
    for (status, refusal), action in product(refusals.items(), actions):
        with pytest.raises(refusal):
            update(replace(draft(), status=status), 1, [action])
