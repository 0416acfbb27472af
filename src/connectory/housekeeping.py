"""What nobody needs any more is removed, once a day."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from connectory.artifacts import ArtifactStore
from connectory.auth import audit
from connectory.certification import store as reviews
from connectory.connectors import store as connectors
from connectory.database import Database
from connectory.deployments import revisions
from connectory.deployments import store as deployments
from connectory.durable import RunState
from connectory.durable.runs import runs_in
from connectory.hosting.sites import store as sites
from connectory.publishing import Publishing
from connectory.publishing import store as results
from connectory.publishing.checks.cache import CheckCache
from connectory.wire import now, timestamp

log = structlog.get_logger()

DAY = 86_400.0
RESULTS_KEPT = timedelta(days=30)


async def every_day(publishing: Publishing) -> None:
    """Clear up and look around now and then once a day, until cancelled. A mishap waits for the
    next day."""
    # not needed by a laptop that only validates
    from connectory.inspection import inspect

    while True:
        try:
            kept = publishing.bench.cache
            freed = await clear_up(publishing.database, publishing.artifacts, kept)
            await forget_old(publishing)
            log.info("housekeeping.done", bytes=freed)
            keys = publishing.settings.directory / "keys"
            await inspect(publishing.database, publishing.artifacts, keys)
        except Exception:
            log.exception("housekeeping.failed")
        await asyncio.sleep(DAY)


async def clear_up(
    database: Database,
    artifacts: ArtifactStore,
    checks: CheckCache,
    kept: timedelta = RESULTS_KEPT,
    grace: float = DAY,
) -> int:
    """Forget results by content and sites older than ``kept`` and remove artifacts nobody refers
    to; gives the bytes freed.

    What is younger than ``grace`` seconds stays: a run may be about to refer to it.
    """
    oldest = timestamp(now() - kept)
    await database.write(lambda c: results.forget_products(c, oldest))
    await database.write(lambda c: sites.forget_sites(c, oldest))
    await database.write(forget_evidence)
    await asyncio.to_thread(checks.trim, kept.days)
    return await artifacts.sweep(await database.read(in_use), grace)


def forget_evidence(connection: Connection) -> None:
    """Of runs that are over and led to no review: nobody can read it."""
    under_way = runs_in(connection, RunState.QUEUED, RunState.RUNNING)
    reviews.forget_evidence(connection, but={one.id for one in under_way})


async def forget_old(publishing: Publishing) -> None:
    """What runs said is kept as long as results; the audit log as long as the operator wants."""
    oldest = (now() - RESULTS_KEPT).timestamp()
    await asyncio.to_thread(publishing.said.sweep, oldest)
    days = publishing.settings.audit_retention_days
    await publishing.database.write(lambda c: audit.forget_events(c, days))


def in_use(connection: Connection) -> frozenset[str]:
    return (
        connectors.artifacts_in_use(connection)
        | deployments.artifacts_in_use(connection)
        | revisions.artifacts_in_use(connection)
        | results.artifacts_in_use(connection)
        | sites.artifacts_in_use(connection)
    )
