"""Reviews, what they are judged by, and what happened in them, as rows."""

from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from connectory.certification.evidence import Evidence
from connectory.certification.review import OPEN, Review, ReviewState
from connectory.database.schema import metadata
from connectory.errors import ConcurrentModificationError, ResourceNotFoundError
from connectory.wire import Wire, encode, now, timestamp

reviews = Table(
    "reviews",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("connector_id", String(36), nullable=False, index=True),
    Column("organization_id", String(36), nullable=False),
    Column("state", String(16), nullable=False),
    Column("run_id", String(36), nullable=False),
    Column("tag_commit", String(64), nullable=False),
    Column("document", String, nullable=False),
    Column("requested_at", String(24), nullable=False),
    Index("ix_reviews_state_requested_at", "state", "requested_at"),
)
review_evidence = Table(
    "review_evidence",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("document", String, nullable=False),
)
review_events = Table(
    "review_events",
    metadata,
    Column(
        "number",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("review_id", String(36), nullable=False, index=True),
    Column("moment", String(24), nullable=False),
    Column("who", String, nullable=False),
    Column("action", String(32), nullable=False),
    Column("detail", String, nullable=False),
    sqlite_autoincrement=True,
)
"""Who did what when: rows are added, never changed."""


class ReviewEvent(Wire):
    """One entry of the log of a certification."""

    number: int
    at: str
    who: str
    action: str
    detail: str = ""


class Reviews(NamedTuple):
    """A page of reviews and how many there are in all."""

    reviews: tuple[Review, ...]
    total: int


def insert_review(connection: Connection, review: Review) -> None:
    connection.execute(
        insert(reviews).values(
            id=review.id,
            connector_id=review.connector_id,
            organization_id=review.organization_id,
            run_id=review.run_id,
            requested_at=review.requested_at,
            tag_commit="",
            **_columns(review),
        )
    )


def save_review(connection: Connection, review: Review, *, expected: int) -> None:
    """Write the next version over ``expected``. Raises ``ConcurrentModificationError``."""
    changed = connection.execute(
        update(reviews)
        .where(reviews.c.id == review.id, reviews.c.version == expected)
        .values(**_columns(review))
    )
    if changed.rowcount != 1:
        current = review_with_id(connection, review.id).version
        raise ConcurrentModificationError(review.id, None, expected, current)


def review_with_id(connection: Connection, id: str) -> Review:  # noqa: A002
    """Raises ``ResourceNotFoundError``."""
    text = connection.execute(select(reviews.c.document).where(reviews.c.id == id)).scalar()
    if text is None:
        raise ResourceNotFoundError("Certification", id=id)
    return msgspec.json.decode(text, type=Review)


def open_review(connection: Connection, connector_id: str) -> Review | None:
    """The one under way for a connector."""
    return _latest(connection, connector_id, OPEN)


def last_granted(connection: Connection, connector_id: str) -> Review | None:
    return _latest(connection, connector_id, {ReviewState.GRANTED})


def select_reviews(
    connection: Connection,
    *,
    limit: int,
    offset: int,
    organization_id: str | None = None,
    states: tuple[ReviewState, ...] = (),
    connector_id: str | None = None,
) -> Reviews:
    """The queue: who has waited longest comes first."""
    where = [
        *([reviews.c.organization_id == organization_id] if organization_id else []),
        *([reviews.c.state.in_(states)] if states else []),
        *([reviews.c.connector_id == connector_id] if connector_id else []),
    ]
    total = connection.execute(select(func.count()).select_from(reviews).where(*where)).scalar_one()
    rows = connection.execute(
        select(reviews.c.document)
        .where(*where)
        .order_by(reviews.c.requested_at, reviews.c.id)
        .limit(limit)
        .offset(offset)
    )
    found = (msgspec.json.decode(row.document, type=Review) for row in rows)
    return Reviews(tuple(found), total)


def save_evidence(connection: Connection, run_id: str, evidence: Evidence) -> None:
    """What the run of this id has seen; a second time replaces the first."""
    connection.execute(delete(review_evidence).where(review_evidence.c.run_id == run_id))
    document = encode(evidence).decode()
    connection.execute(insert(review_evidence).values(run_id=run_id, document=document))


def evidence_of(connection: Connection, review: Review) -> Evidence:
    """With what the tag named when somebody last looked."""
    tag = select(reviews.c.tag_commit).where(reviews.c.id == review.id)
    kept = evidence_of_run(connection, review.run_id)
    return msgspec.structs.replace(kept, tag_commit=connection.execute(tag).scalar() or "")


def evidence_of_run(connection: Connection, run_id: str) -> Evidence:
    text = connection.execute(
        select(review_evidence.c.document).where(review_evidence.c.run_id == run_id)
    ).scalar_one()
    return msgspec.json.decode(text, type=Evidence)


def forget_evidence(connection: Connection, *, but: Collection[str]) -> None:
    """What runs without a review have seen is forgotten, except that of the runs ``but``."""
    table = review_evidence
    kept = table.c.run_id.in_(select(reviews.c.run_id)) | table.c.run_id.in_(but)
    connection.execute(delete(table).where(~kept))


def save_tag(connection: Connection, review_id: str, commit: str) -> None:
    """What the tag names now; no change of the review itself."""
    connection.execute(update(reviews).where(reviews.c.id == review_id).values(tag_commit=commit))


def log_event(
    connection: Connection, review_id: str, who: str, action: str, detail: str = ""
) -> None:
    connection.execute(
        insert(review_events).values(
            review_id=review_id, moment=timestamp(now()), who=who, action=action,
            # PostgreSQL's text cannot hold the character zero
            detail=detail.replace("\0", ""),
        )
    )  # fmt: skip


def events_of(connection: Connection, review_id: str) -> tuple[ReviewEvent, ...]:
    """Oldest first."""
    rows = connection.execute(
        select(review_events)
        .where(review_events.c.review_id == review_id)
        .order_by(review_events.c.number)
    )
    return tuple(
        ReviewEvent(
            number=row.number, at=row.moment, who=row.who, action=row.action, detail=row.detail
        )
        for row in rows
    )


def _latest(
    connection: Connection, connector_id: str, states: "frozenset[ReviewState] | set[ReviewState]"
) -> Review | None:
    text = connection.execute(
        select(reviews.c.document)
        .where(reviews.c.connector_id == connector_id, reviews.c.state.in_(states))
        .order_by(reviews.c.requested_at.desc())
        .limit(1)
    ).scalar()
    return msgspec.json.decode(text, type=Review) if text else None


def _columns(review: Review) -> dict[str, Any]:
    return {
        "version": review.version,
        "state": review.state,
        "document": encode(review).decode(),
    }
