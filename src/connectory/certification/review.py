"""One review of one commit: its states, and what may be decided in them. Pure."""

from collections.abc import Collection
from enum import StrEnum

from connectory.certification.errors import (
    CertificationMoveNotAllowedError,
    CertificationNotYoursError,
    CertificationRequirementUnmetError,
    CertificationUndecidedError,
)
from connectory.errors import ConcurrentModificationError
from connectory.wire import Wire, replace


class ReviewState(StrEnum):
    """WAITING: in the queue. TAKEN: a reviewer works on it. WITHDRAWN: the creator wants it no
    more, or the draft is gone."""

    WAITING = "Waiting"
    TAKEN = "Taken"
    GRANTED = "Granted"
    REJECTED = "Rejected"
    WITHDRAWN = "Withdrawn"


MOVES: dict[ReviewState, frozenset[ReviewState]] = {
    ReviewState.WAITING: frozenset({ReviewState.TAKEN, ReviewState.WITHDRAWN}),
    ReviewState.TAKEN: frozenset(
        {
            ReviewState.WAITING,
            ReviewState.GRANTED,
            ReviewState.REJECTED,
            ReviewState.WITHDRAWN,
        }
    ),
    ReviewState.GRANTED: frozenset(),
    ReviewState.REJECTED: frozenset(),
    ReviewState.WITHDRAWN: frozenset(),
}
OPEN = frozenset(state for state, targets in MOVES.items() if targets)


class Verdict(StrEnum):
    """Whether a requirement is met. UNKNOWN: the evidence cannot tell."""

    MET = "Met"
    UNMET = "Unmet"
    UNKNOWN = "Unknown"


class Answer(Wire, omit_defaults=False):
    """What a person says to a requirement. ``carriedFrom`` is the certification in which it was
    said, when nothing that it rests on has changed since."""

    requirement: str
    verdict: Verdict
    note: str = ""
    by: str
    at: str
    carried_from: str | None = None


class Decided(Wire, omit_defaults=False):
    """One line of the checklist as it stood when the review ended."""

    requirement: str
    verdict: Verdict
    by: str
    note: str = ""


class Review(Wire, omit_defaults=False):
    """One certification: of which commit, by which report, with whom, and how it ended.

    ``commit``, ``tree`` and ``reportDigest`` are pinned: whatever the tag names later, this is what
    is reviewed and granted. ``creator`` is the company, or whoever stands for the connector.
    ``previous`` is the certification this one re-opens. Times are ISO 8601 in UTC.
    """

    id: str
    version: int = 1
    connector_id: str
    connector_key: str | None = None
    connector_name: str
    creator: str = ""
    organization_id: str
    url: str
    tag: str
    commit: str
    tree: str
    run_id: str
    report_digest: str
    state: ReviewState = ReviewState.WAITING
    requested_at: str
    taken_at: str | None = None
    decided_at: str | None = None
    reviewer: str | None = None
    reason: str = ""
    answers: tuple[Answer, ...] = ()
    checklist: tuple[Decided, ...] = ()
    previous: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def move(review: Review, target: ReviewState, **changes: object) -> Review:
    """The review in its next state. Raises ``CertificationMoveNotAllowedError``."""
    if target not in MOVES[review.state]:
        raise CertificationMoveNotAllowedError(review.state, target)
    return replace(review, version=review.version + 1, state=target, **changes)


def require_current(review: Review, version: int) -> None:
    """Raises ``ConcurrentModificationError`` for another version than the current one."""
    if version != review.version:
        raise ConcurrentModificationError(review.id, None, version, review.version)


def require_reviewer(review: Review, who: str) -> None:
    """Only who has taken a review decides in it. Raises ``CertificationNotYoursError``."""
    if review.state is ReviewState.TAKEN and review.reviewer != who:
        raise CertificationNotYoursError(review.reviewer or "")
    if review.state is ReviewState.WAITING:
        raise CertificationNotYoursError("")


def take(review: Review, who: str, moment: str) -> Review:
    return move(review, ReviewState.TAKEN, reviewer=who, taken_at=moment)


def release(review: Review) -> Review:
    """Back into the queue; what is answered stays answered. Anyone with the role may do it: the
    one who took it may be away."""
    return move(review, ReviewState.WAITING, reviewer=None, taken_at=None)


def answer(review: Review, said: Answer) -> Review:
    """The latest word of the reviewer on a requirement replaces the earlier one.

    Raises ``CertificationNotYoursError``, ``CertificationMoveNotAllowedError``.
    """
    require_reviewer(review, said.by)
    if review.state is not ReviewState.TAKEN:
        raise CertificationMoveNotAllowedError(review.state, ReviewState.TAKEN)
    others = tuple(one for one in review.answers if one.requirement != said.requirement)
    return replace(review, version=review.version + 1, answers=(*others, said))


def grant(
    review: Review, who: str, moment: str, decided: Collection[Decided], reason: str = ""
) -> Review:
    """``decided`` is the whole checklist. Raises ``CertificationUndecidedError`` and
    ``CertificationRequirementUnmetError`` with the names that stand in the way."""
    require_reviewer(review, who)
    undecided = _named(decided, Verdict.UNKNOWN)
    if undecided and review.is_open:
        raise CertificationUndecidedError(undecided)
    unmet = _named(decided, Verdict.UNMET)
    if unmet and review.is_open:
        raise CertificationRequirementUnmetError(unmet)
    return _ended(review, ReviewState.GRANTED, moment, decided, reason)


def reject(
    review: Review, who: str, moment: str, decided: Collection[Decided], reason: str
) -> Review:
    require_reviewer(review, who)
    return _ended(review, ReviewState.REJECTED, moment, decided, reason)


def withdraw(review: Review, moment: str, reason: str) -> Review:
    return move(review, ReviewState.WITHDRAWN, decided_at=moment, reason=reason)


def _ended(
    review: Review,
    target: ReviewState,
    moment: str,
    decided: Collection[Decided],
    reason: str,
) -> Review:
    return move(review, target, decided_at=moment, checklist=tuple(decided), reason=reason)


def _named(decided: Collection[Decided], verdict: Verdict) -> tuple[str, ...]:
    return tuple(one.requirement for one in decided if one.verdict is verdict)
