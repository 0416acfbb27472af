"""What follows from a reviewer's verdict, in its own transaction."""

from sqlalchemy import Connection

from connectory.connectors import progress, store
from connectory.events import CertificationEnded, CertificationGranted
from connectory.publishing.store import build_waiting, forget_waiting


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
