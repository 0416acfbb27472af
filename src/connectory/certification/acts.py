"""What is done with a review, and what that does to its draft: each in the caller's transaction.

Every act reads the review as it is now, decides, and writes review, draft and log. What follows
further is told as events, for ``reactions``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from connectory.certification import review as deciding
from connectory.certification import store
from connectory.certification.deciding import decided, require_answerable
from connectory.certification.opening import PLATFORM
from connectory.certification.review import Answer, Decided, Review, Verdict
from connectory.connectors import progress
from connectory.connectors.model import (
    CertificationComment,
    ConnectorStaged,
    ReportEntry,
    ReportEntryType,
)
from connectory.connectors.store import connector_with, save_staged, staged_with_id
from connectory.events import (
    CertificationEnded,
    CertificationGranted,
    DraftDeleted,
    Event,
    ReviewTaken,
)
from connectory.wire import now, timestamp

REJECTED = "Certification rejected"
LONGEST_MESSAGE = 8_000


@dataclass(frozen=True)
class Act:
    """One act: on which review, at which version of it, by whom. ``who`` is for the log,
    ``user_id`` is what creators read."""

    connection: Connection
    review_id: str
    who: str
    user_id: str = ""

    def current(self, version: int) -> Review:
        """Raises ``ResourceNotFoundError``, ``ConcurrentModificationError``."""
        found = store.review_with_id(self.connection, self.review_id)
        deciding.require_current(found, version)
        return found

    def keep(self, before: Review, after: Review, action: str, detail: str = "") -> None:
        store.save_review(self.connection, after, expected=before.version)
        store.log_event(self.connection, after.id, self.who, action, detail)

    def change_draft(
        self, review: Review, change: Callable[[ConnectorStaged], ConnectorStaged]
    ) -> None:
        stored = staged_with_id(self.connection, review.connector_id)
        save_staged(self.connection, change(stored.staged), expected=stored.staged.version)


def take(act: Act, version: int) -> tuple[Event, ...]:
    """The draft is InCertification from now on."""
    before = act.current(version)
    after = deciding.take(before, act.who, _moment())
    act.keep(before, after, "taken")
    act.change_draft(after, progress.in_certification)
    return (ReviewTaken(after.id),)


def release(act: Act, version: int) -> tuple[Event, ...]:
    """Back into the queue, the draft ReadyForCertification."""
    before = act.current(version)
    after = deciding.release(before)
    act.keep(before, after, "released")
    act.change_draft(after, progress.ready_for_certification)
    return ()


def look(act: Act, version: int) -> tuple[Event, ...]:
    """See again what the tag names."""
    current = act.current(version)
    deciding.require_reviewer(current, act.who)
    return (ReviewTaken(current.id),)


def answer(
    act: Act, version: int, requirement: str, verdict: Verdict, note: str
) -> tuple[Event, ...]:
    before = act.current(version)
    said = Answer(requirement=requirement, verdict=verdict, note=note, by=act.who, at=_moment())
    after = deciding.answer(before, said)
    require_answerable(requirement, store.evidence_of(act.connection, before), verdict, note)
    act.keep(before, after, "answered", f"{requirement}: {verdict}. {note}".strip())
    return ()


def comment(act: Act, text: str) -> tuple[Event, ...]:
    """A word that the creator reads among the draft's comments."""
    current = store.review_with_id(act.connection, act.review_id)
    said = CertificationComment(user_id=act.user_id, datetime=_moment(), comment=text)
    act.change_draft(current, lambda s: progress.commented(s, said))
    store.log_event(act.connection, current.id, act.who, "commented", text)
    return ()


def grant(act: Act, version: int, reason: str) -> tuple[CertificationGranted]:
    """The certificate is issued in the same transaction (``publishing.certified``)."""
    before = act.current(version)
    after = deciding.grant(before, act.who, _moment(), _checklist(act, before), reason)
    act.keep(before, after, "granted", reason)
    return (CertificationGranted(after.connector_id, after.id),)


def reject(act: Act, version: int, reason: str) -> tuple[Event, ...]:
    """The draft is Failed, and its report says why."""
    before = act.current(version)
    after = deciding.reject(before, act.who, _moment(), _checklist(act, before), reason)
    act.keep(before, after, "rejected", reason)
    entry = rejection(after)
    act.change_draft(after, lambda s: progress.failed(progress.with_publishing_entry(s, entry)))
    return (CertificationEnded(after.connector_id),)


def withdraw(act: Act, version: int) -> tuple[Event, ...]:
    """The creator wants it no more: the draft is as it was before, and can be changed again."""
    before = act.current(version)
    after = deciding.withdraw(before, _moment(), "Withdrawn by the creator")
    act.keep(before, after, "withdrawn")
    live = connector_with(act.connection, id=after.connector_id) is not None
    act.change_draft(after, lambda s: progress.review_withdrawn(s, released=live))
    return (CertificationEnded(after.connector_id),)


def withdraw_of_deleted(connection: Connection, event: DraftDeleted) -> None:
    """A draft that is deleted takes its review along; the log of it stays."""
    found = store.open_review(connection, event.resource_id)
    if found is not None:
        after = deciding.withdraw(found, _moment(), "The draft was deleted")
        Act(connection, found.id, PLATFORM).keep(found, after, "withdrawn", after.reason)


def rejection(review: Review) -> ReportEntry:
    """What the creator reads: the reason, then each requirement that is not met."""
    unmet = [
        f"- {one.requirement}: {one.note or 'see the evidence of the review'}"
        for one in review.checklist
        if one.verdict is Verdict.UNMET
    ]
    lines = [review.reason, *(["Not met:", *unmet] if unmet else [])]
    return ReportEntry(
        type=ReportEntryType.ERROR,
        title=REJECTED,
        message="\n".join(lines)[:LONGEST_MESSAGE],
        created_at=_moment(),
    )


def _checklist(act: Act, review: Review) -> tuple[Decided, ...]:
    return decided(store.evidence_of(act.connection, review), review.answers)


def _moment() -> str:
    return timestamp(now())
