"""A connector has passed the automatic checks: its review begins."""

import uuid

from sqlalchemy import Connection

from connectory.certification import store
from connectory.certification.deciding import carried_over
from connectory.certification.evidence import Evidence
from connectory.certification.review import Answer, Review
from connectory.connectors.model import Creator
from connectory.connectors.store import StoredStaged
from connectory.wire import now, timestamp

PLATFORM = "platform"
"""Who did it, where it was no person."""


def open_for(connection: Connection, stored: StoredStaged, run_id: str) -> Review:
    """The review of the commit that the run has built, with the answers of the certification
    before that nothing has changed for. The evidence of the run is kept already."""
    evidence = store.evidence_of_run(connection, run_id)
    granted = store.last_granted(connection, stored.staged.id)
    carried = _carried(connection, granted, evidence)
    review = _review(stored, run_id, evidence, carried, granted.id if granted else None)
    store.insert_review(connection, review)
    kept = ", ".join(one.requirement for one in carried)
    store.log_event(connection, review.id, PLATFORM, "opened", f"carried over: {kept or 'nothing'}")
    return review


def _carried(connection: Connection, granted: Review | None, after: Evidence) -> tuple[Answer, ...]:
    if granted is None:
        return ()
    return carried_over(granted, store.evidence_of_run(connection, granted.run_id), after)


def _review(
    stored: StoredStaged,
    run_id: str,
    evidence: Evidence,
    carried: tuple[Answer, ...],
    previous: str | None,
) -> Review:
    staged = stored.staged
    return Review(
        id=str(uuid.uuid4()),
        connector_id=staged.id,
        connector_key=staged.key,
        connector_name=staged.name,
        creator=_creator(staged.creator),
        organization_id=stored.organization_id,
        url=staged.repository.url,
        tag=staged.repository.tag,
        commit=evidence.commit,
        tree=evidence.tree,
        run_id=run_id,
        report_digest=evidence.report.digest,
        requested_at=timestamp(now()),
        answers=carried,
        previous=previous,
    )


def _creator(said: Creator) -> str:
    return said.company or said.name or said.email
