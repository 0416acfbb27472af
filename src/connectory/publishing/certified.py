"""What follows from a reviewer's verdict, in its own transaction."""

from pathlib import Path

import structlog
from sqlalchemy import Connection

from connectory.artifacts import ArtifactStore
from connectory.attestations import granting
from connectory.attestations.attesting import NotAttested, attested
from connectory.attestations.bundle import Attested
from connectory.attestations.keys import KeyRing
from connectory.attestations.signing import Signing, trusted_keys
from connectory.certification.certificates import Grounds, Issued, keep_certificate
from connectory.certification.certifying import granted
from connectory.certification.errors import CertificationNotAttestedError
from connectory.certification.review import Review
from connectory.certification.store import evidence_of, review_with_id
from connectory.connectors import progress, store
from connectory.connectors.model import Build
from connectory.database import Database
from connectory.events import CertificationEnded, CertificationGranted
from connectory.publishing.store import build_waiting, forget_waiting

log = structlog.get_logger()


def release(connection: Connection, event: CertificationGranted) -> None:
    """The reviewed build becomes the next version of the public Connector (facts 8)."""
    stored = store.staged_with_id(connection, event.resource_id)
    build = build_waiting(connection, event.resource_id)
    if build is None:
        raise ValueError(f"no build waits for the review {event.review_id}")
    staged = progress.certified(stored.staged)
    version = store.next_version(connection, staged.id)
    connector = progress.released(staged, version, certified=True)
    store.insert_connector(connection, connector, stored.organization_id, build)
    store.save_staged(connection, staged, expected=stored.staged.version)
    forget_waiting(connection, staged.id)


def drop(connection: Connection, event: CertificationEnded) -> None:
    """Nobody runs what was built for a review that ended without a grant."""
    forget_waiting(connection, event.resource_id)


Attestations = tuple[Attested, ...] | NotAttested
"""Of all artifacts of a build, or what is wrong with one of them."""


async def attestations_for(
    database: Database, artifacts: ArtifactStore, keys: Path, review_id: str
) -> Attestations:
    """What shows that the build under review is of its commit: gathered before the grant, for a
    transaction waits for no files. Raises ``ResourceNotFoundError``."""

    def found(connection: Connection) -> tuple[Review, Build | None]:
        review = review_with_id(connection, review_id)
        return review, build_waiting(connection, review.connector_id)

    review, build = await database.read(found)
    try:
        return await _attestations(artifacts, review, build, trusted_keys(keys))
    except NotAttested as problem:
        log.exception("certification.not_attested", review=review_id)
        return problem


async def _attestations(
    artifacts: ArtifactStore, review: Review, build: Build | None, trusted: KeyRing
) -> tuple[Attested, ...]:
    wanted = sorted(build.artifacts) if build else ()
    return tuple(
        [await attested(artifacts, one, review.url, review.commit, trusted) for one in wanted]
    )


def certify(
    connection: Connection,
    signing: Signing,
    event: CertificationGranted,
    attestations: Attestations,
    platform: str,
) -> None:
    """Signs the certificate of what was just released, and keeps it. ``platform`` is the origin
    it is known under. Raises ``CertificationNotAttestedError``."""
    if isinstance(attestations, NotAttested):
        why = "; ".join(one.what for one in attestations.problems)
        raise CertificationNotAttestedError(attestations.artifact, why)
    review = review_with_id(connection, event.review_id)
    published = store.connector_with(connection, id=event.resource_id)
    if published is None:
        raise ValueError(f"the review {review.id} released nothing")
    all_of_it = granted(review, evidence_of(connection, review), published, platform)
    number = granting.issue(connection, signing, all_of_it, attestations)
    issued = Issued(number=number, issued_at=all_of_it.granted_at)
    grounds = Grounds(granted=all_of_it, attestations=attestations)
    keep_certificate(connection, review.id, published.connector.version, issued, grounds)
