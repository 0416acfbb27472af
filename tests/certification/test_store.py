"""Reviews, evidence and their log in both databases."""

import uuid
from functools import partial

import pytest
from tests.certification.samples import COMMIT, evidence

from connectory.certification import store
from connectory.certification.review import Review, ReviewState, take, withdraw
from connectory.database import Database
from connectory.errors import ConcurrentModificationError, ResourceNotFoundError
from connectory.wire import replace


def review(**changes: object) -> Review:
    made = Review(
        id=str(uuid.uuid4()), connector_id="c", connector_name="Tax", organization_id="o",
        url="u", tag="v1", commit=COMMIT, tree="t" * 40, run_id=str(uuid.uuid4()),
        report_digest="d", requested_at="2026-01-01T00:00:00.000Z",
    )  # fmt: skip
    return replace(made, **changes)


def test_a_review_is_kept_and_found(database: Database) -> None:
    one = review()
    database.write_blocking(lambda c: store.insert_review(c, one))
    assert database.read_blocking(lambda c: store.review_with_id(c, one.id)) == one
    assert database.read_blocking(lambda c: store.open_review(c, "c")) == one
    assert database.read_blocking(lambda c: store.last_granted(c, "c")) is None
    with pytest.raises(ResourceNotFoundError):
        database.read_blocking(lambda c: store.review_with_id(c, "other"))


def test_of_two_reviewers_one_is_told_to_look_again(database: Database) -> None:
    one = review()
    database.write_blocking(lambda c: store.insert_review(c, one))
    taken = take(one, "ada", "m")
    database.write_blocking(lambda c: store.save_review(c, taken, expected=1))
    with pytest.raises(ConcurrentModificationError):
        database.write_blocking(lambda c: store.save_review(c, withdraw(one, "m", ""), expected=1))
    assert database.read_blocking(lambda c: store.review_with_id(c, one.id)) == taken


def test_the_queue_begins_with_who_has_waited_longest(database: Database) -> None:
    late = review(connector_id="late", requested_at="2026-03-01T00:00:00.000Z")
    early = review(connector_id="early", organization_id="other")
    done = review(connector_id="done", state=ReviewState.GRANTED)
    for one in (late, early, done):
        database.write_blocking(partial(store.insert_review, review=one))

    def found(**filters: object) -> list[str]:
        page = database.read_blocking(
            lambda c: store.select_reviews(c, limit=10, offset=0, **filters)  # type: ignore[arg-type]
        )
        assert page.total == len(page.reviews)
        return [one.connector_id for one in page.reviews]

    assert found(states=(ReviewState.WAITING,)) == ["early", "late"]
    assert found(organization_id="other") == ["early"]
    assert found(connector_id="done") == ["done"]
    second = database.read_blocking(lambda c: store.select_reviews(c, limit=1, offset=2))
    assert (second.total, [one.connector_id for one in second.reviews]) == (3, ["late"])
    granted = database.read_blocking(lambda c: store.last_granted(c, "done"))
    assert granted == done


def test_evidence_knows_what_the_tag_names_now(database: Database) -> None:
    one, seen = review(), evidence(tag_commit="")
    database.write_blocking(lambda c: store.insert_review(c, one))
    for _ in range(2):
        database.write_blocking(lambda c: store.save_evidence(c, one.run_id, seen))
    assert database.read_blocking(lambda c: store.evidence_of(c, one)) == seen
    database.write_blocking(lambda c: store.save_tag(c, one.id, "f" * 40))
    now = database.read_blocking(lambda c: store.evidence_of(c, one))
    assert now == replace(seen, tag_commit="f" * 40)
    assert database.read_blocking(lambda c: store.review_with_id(c, one.id)).version == 1


def test_the_log_says_who_did_what_in_order(database: Database) -> None:
    for action in ("opened", "taken"):
        database.write_blocking(
            partial(store.log_event, review_id="r", who="ada", action=action, detail="a\0b")
        )
    log = database.read_blocking(lambda c: store.events_of(c, "r"))
    assert [(one.who, one.action, one.detail) for one in log] == [
        ("ada", "opened", "ab"), ("ada", "taken", "ab"),
    ]  # fmt: skip
