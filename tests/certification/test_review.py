"""The states of a review, and what may be decided in them."""

import itertools
from collections.abc import Callable

import pytest

from connectory.certification import review as reviewing
from connectory.certification.errors import (
    CertificationMoveNotAllowedError,
    CertificationNotYoursError,
    CertificationRequirementUnmetError,
    CertificationUndecidedError,
)
from connectory.certification.review import (
    MOVES,
    Answer,
    Decided,
    Review,
    ReviewState,
    Verdict,
    move,
)
from connectory.errors import ConcurrentModificationError, ConnectError
from connectory.wire import replace

WAITING = Review(
    id="r", connector_id="c", connector_name="Tax", organization_id="o", url="u", tag="v1",
    commit="c" * 40, tree="t" * 40, run_id="n", report_digest="d", requested_at="m",
)  # fmt: skip
MET = Decided(requirement="one", verdict=Verdict.MET, by="ada")
ALLOWED = {
    ("Waiting", "Taken"), ("Waiting", "Withdrawn"),
    ("Taken", "Waiting"), ("Taken", "Granted"), ("Taken", "Rejected"), ("Taken", "Withdrawn"),
}  # fmt: skip


def at(state: ReviewState) -> Review:
    return replace(WAITING, state=state, reviewer="ada")


@pytest.mark.parametrize(("origin", "target"), list(itertools.product(ReviewState, repeat=2)))
def test_a_review_moves_along_its_map_and_nowhere_else(
    origin: ReviewState, target: ReviewState
) -> None:
    if (origin, target) in ALLOWED:
        moved = move(at(origin), target)
        assert (moved.state, moved.version) == (target, 2)
    else:
        with pytest.raises(CertificationMoveNotAllowedError):
            move(at(origin), target)


@pytest.mark.parametrize("state", list(ReviewState))
@pytest.mark.parametrize("act", ["take", "release", "answer", "grant", "reject", "withdraw"])
def test_every_act_in_every_state(act: str, state: ReviewState) -> None:
    """The product of states and acts: those that are right end where they should."""
    said = Answer(requirement="one", verdict=Verdict.MET, by="ada", at="m")
    acts: dict[str, Callable[[Review], Review]] = {
        "take": lambda r: reviewing.take(r, "ada", "m"),
        "release": reviewing.release,
        "answer": lambda r: reviewing.answer(r, said),
        "grant": lambda r: reviewing.grant(r, "ada", "m", [MET]),
        "reject": lambda r: reviewing.reject(r, "ada", "m", [MET], "no"),
        "withdraw": lambda r: reviewing.withdraw(r, "m", "gone"),
    }
    right = {
        ("take", "Waiting"): "Taken", ("release", "Taken"): "Waiting",
        ("answer", "Taken"): "Taken", ("grant", "Taken"): "Granted",
        ("reject", "Taken"): "Rejected", ("withdraw", "Waiting"): "Withdrawn",
        ("withdraw", "Taken"): "Withdrawn",
    }  # fmt: skip
    if expected := right.get((act, state)):
        assert acts[act](at(state)).state == expected
    else:
        with pytest.raises(ConnectError):
            acts[act](at(state))


def test_every_state_has_its_moves() -> None:
    assert set(MOVES) == set(ReviewState)
    assert {one for one in ReviewState if at(one).is_open} == {"Waiting", "Taken"}


def test_a_grant_waits_for_every_requirement() -> None:
    undecided = replace(MET, requirement="two", verdict=Verdict.UNKNOWN)
    with pytest.raises(CertificationUndecidedError, match="two"):
        reviewing.grant(at(ReviewState.TAKEN), "ada", "m", [MET, undecided])


def test_a_grant_needs_every_requirement_met() -> None:
    unmet = replace(MET, requirement="two", verdict=Verdict.UNMET)
    with pytest.raises(CertificationRequirementUnmetError, match="two"):
        reviewing.grant(at(ReviewState.TAKEN), "ada", "m", [MET, unmet])


def test_a_grant_keeps_checklist_reviewer_and_time() -> None:
    granted = reviewing.grant(at(ReviewState.TAKEN), "ada", "now", [MET], "well done")
    assert (granted.checklist, granted.reviewer) == ((MET,), "ada")
    assert (granted.decided_at, granted.reason) == ("now", "well done")


@pytest.mark.parametrize("state", [ReviewState.WAITING, ReviewState.TAKEN])
def test_only_who_has_taken_it_decides(state: ReviewState) -> None:
    said = Answer(requirement="one", verdict=Verdict.MET, by="bob", at="m")
    with pytest.raises(CertificationNotYoursError):
        reviewing.answer(at(state), said)
    with pytest.raises(CertificationNotYoursError):
        reviewing.grant(at(state), "bob", "m", [MET])
    with pytest.raises(CertificationNotYoursError):
        reviewing.reject(at(state), "bob", "m", [MET], "no")


def test_a_later_answer_replaces_the_earlier_one() -> None:
    first = Answer(requirement="one", verdict=Verdict.UNMET, note="no", by="ada", at="m")
    other = replace(first, requirement="two")
    taken = reviewing.answer(reviewing.answer(at(ReviewState.TAKEN), first), other)
    again = reviewing.answer(taken, replace(first, verdict=Verdict.MET))
    assert {one.requirement: one.verdict for one in again.answers} == {"one": "Met", "two": "Unmet"}


def test_a_released_review_keeps_its_answers_and_has_no_reviewer() -> None:
    said = Answer(requirement="one", verdict=Verdict.MET, by="ada", at="m")
    released = reviewing.release(reviewing.answer(at(ReviewState.TAKEN), said))
    assert (released.reviewer, released.answers) == (None, (said,))


def test_a_stale_version_is_refused() -> None:
    with pytest.raises(ConcurrentModificationError):
        reviewing.require_current(WAITING, 7)
