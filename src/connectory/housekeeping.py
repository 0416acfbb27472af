"""What nobody needs any more is removed, once a day."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from connectory.artifacts import ArtifactStore
from connectory.connectors import store as connectors
from connectory.database import Database
from connectory.deployments import revisions
from connectory.deployments import store as deployments
from connectory.publishing import Publishing
from connectory.publishing import store as results
from connectory.publishing.checks.cache import CheckCache
from connectory.wire import now, timestamp

log = structlog.get_logger()

DAY = 86_400.0
RESULTS_KEPT = timedelta(days=30)


async def every_day(publishing: Publishing) -> None:
    """Clear up now and then once a day, until cancelled. A mishap waits for the next day."""
    while True:
        try:
            kept = publishing.bench.cache
            freed = await clear_up(publishing.database, publishing.artifacts, kept)
            log.info("housekeeping.done", bytes=freed)
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
    """Forget results by content older than ``kept`` and remove artifacts nobody refers to; gives
    the bytes freed.

    What is younger than ``grace`` seconds stays: a run may be about to refer to it.
    """
    oldest = timestamp(now() - kept)
    await database.write(lambda c: results.forget_products(c, oldest))
    await asyncio.to_thread(checks.trim, kept.days)
    return await artifacts.sweep(await database.read(in_use), grace)


def in_use(connection: Connection) -> frozenset[str]:
    return (
        connectors.artifacts_in_use(connection)
        | deployments.artifacts_in_use(connection)
        | revisions.artifacts_in_use(connection)
        | results.artifacts_in_use(connection)
    )
