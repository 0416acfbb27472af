"""Acts of a review with all that follows, in both databases, each whole or not at all."""

import uuid

import pytest
from sqlalchemy import Connection, delete
from tests.api.released import build
from tests.certification.samples import evidence, listing

from connectory import reactions
from connectory.auth import Project
from connectory.auth.administration import ProjectDraft, add_project
from connectory.auth.store import create_organization, project_with_key
from connectory.certification import acts, store
from connectory.certification.acts import Act
from connectory.certification.deciding import lines
from connectory.certification.review import Review, ReviewState, Verdict
from connectory.connectors import store as connectors
from connectory.connectors.actions import Publish
from connectory.connectors.model import (
    ConnectorStaged,
    ConnectorStagedDraft,
    Creator,
    Repository,
    Source,
)
from connectory.connectors.search import Search
from connectory.connectors.update import create, update
from connectory.database import Database
from connectory.durable import RunState
from connectory.durable.runs import move, runs_of
from connectory.events import DraftDeleted
from connectory.publishing.steps.finish import Conclusion, awaiting_review
from connectory.publishing.store import artifacts_in_use
from connectory.publishing.tables import publishing_builds


@pytest.fixture
def review(database: Database, project: Project) -> Review:
    """Of a draft whose run has just passed."""
    wanted = ConnectorStagedDraft(
        name="Tax",
        creator=Creator(email="ada@example.org"),
        repository=Repository(url="https://git.example/tax.git", tag="v1"),
    )
    draft = create(str(uuid.uuid4()), wanted, Source("", (), None, None))

    def work(connection: Connection) -> Review:
        connectors.insert_staged(connection, draft, project, "c" * 40)
        asked, events = update(draft, 1, [Publish(certification=True)])
        connectors.save_staged(connection, asked, expected=1)
        reactions.react(connection, events)
        (run,) = runs_of(connection, draft.id)
        move(connection, run.id, RunState.RUNNING)
        seen = evidence(listing=listing())
        store.save_evidence(connection, run.id, seen)
        awaiting_review(connection, run, Conclusion(build(), (), seen.report))
        found = store.open_review(connection, draft.id)
        assert found is not None
        return found

    return database.write_blocking(work)


def draft_of(database: Database, review: Review) -> ConnectorStaged:
    found = database.read_blocking(lambda c: connectors.staged_with_id(c, review.connector_id))
    return found.staged


def now(database: Database, review: Review) -> Review:
    return database.read_blocking(lambda c: store.review_with_id(c, review.id))


def answered(connection: Connection, review: Review) -> None:
    """Taken, and every open requirement met."""
    act = Act(connection, review.id, "ada", "reviewer")
    reactions.react(connection, acts.take(act, review.version))
    for one in lines(store.evidence_of(connection, review), ()):
        if one.decision is Verdict.UNKNOWN:
            version = store.review_with_id(connection, review.id).version
            acts.answer(act, version, one.requirement, Verdict.MET, "Seen")


def grant(connection: Connection, review: Review) -> None:
    act = Act(connection, review.id, "ada", "reviewer")
    version = store.review_with_id(connection, review.id).version
    reactions.react(connection, acts.grant(act, version, "Well made"))


def test_a_granted_connector_is_found_by_everyone(database: Database, review: Review) -> None:
    def foreign(connection: Connection) -> Project:
        other = create_organization(connection, "others", "Others")
        add_project(connection, ProjectDraft(key="others"), other.id)
        found = project_with_key(connection, "others")
        assert found is not None
        return found

    stranger = database.write_blocking(foreign)
    search = Search(text="tax", limit=10, offset=0)
    before = database.read_blocking(lambda c: connectors.search_connectors(c, search, stranger))
    database.write_blocking(lambda c: answered(c, review))
    database.write_blocking(lambda c: grant(c, review))
    after = database.read_blocking(lambda c: connectors.search_connectors(c, search, stranger))
    assert (before.total, after.total) == (0, 1)
    staged = draft_of(database, review)
    assert (staged.status, staged.private, staged.already_listed) == ("Published", False, True)


def test_a_grant_that_cannot_be_released_is_no_grant(database: Database, review: Review) -> None:
    database.write_blocking(lambda c: answered(c, review))
    database.write_blocking(lambda c: c.execute(delete(publishing_builds)))
    with pytest.raises(ValueError, match="no build waits"):
        database.write_blocking(lambda c: grant(c, review))
    assert now(database, review).state is ReviewState.TAKEN
    assert draft_of(database, review).status == "InCertification"


def test_what_was_built_is_kept_until_the_review_is_over(
    database: Database, review: Review
) -> None:
    assert database.read_blocking(artifacts_in_use) == build().artifacts

    def withdraw(connection: Connection) -> None:
        act = Act(connection, review.id, "creator demo")
        reactions.react(connection, acts.withdraw(act, review.version))

    database.write_blocking(withdraw)
    assert database.read_blocking(artifacts_in_use) == frozenset()
    assert draft_of(database, review).status == "Draft"


def test_a_deleted_draft_takes_its_review_along(database: Database, review: Review) -> None:
    gone = DraftDeleted(review.connector_id)
    database.write_blocking(lambda c: reactions.react(c, [gone]))
    after = now(database, review)
    assert (after.state, after.reason) == (ReviewState.WITHDRAWN, "The draft was deleted")
    log = database.read_blocking(lambda c: store.events_of(c, review.id))
    assert [one.action for one in log] == ["opened", "withdrawn"]
    database.write_blocking(lambda c: reactions.react(c, [gone]))
    assert now(database, review) == after
