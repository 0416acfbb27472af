"""One call of a job's endpoint: POST with an empty JSON object (facts 14.2 row 30)."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple, Protocol

import aiohttp
from yarl import URL

from connectory.hosting.jobs.model import Outcome, Run
from connectory.hosting.lease import Lease

if TYPE_CHECKING:
    from connectory.hosting.gateway.pools import Pools

QUOTED = 500
"""Bytes of an answer that say why a run failed."""


class Doors(Protocol):
    """Who knows how applications are reached: the supervisor."""

    async def lease(self, application_id: str) -> Lease | None: ...

    def why(self, application_id: str) -> str:
        """Completes "The application ..."; for one that has no lease to give."""


class Called(NamedTuple):
    """``status`` is None when there was no answer; ``message`` is None for a success."""

    outcome: Outcome
    status: int | None = None
    message: str | None = None


async def call(doors: Doors, pools: "Pools", run: Run, seconds: float) -> Called:
    """What became of the run. Nothing is raised for what the application does."""
    lease = await doors.lease(run.application_id)
    if lease is None:
        return Called(Outcome.FAILED, message=f"The application {doors.why(run.application_id)}.")
    try:
        async with asyncio.timeout(seconds):
            return await _asked(lease, pools, run)
    except TimeoutError:
        return Called(Outcome.TIMEOUT, message=f"It did not answer within {seconds:g} seconds.")
    except (aiohttp.ClientError, OSError, ValueError):
        return Called(Outcome.FAILED, message="It closed the connection before it answered.")
    finally:
        lease.end()


async def _asked(lease: Lease, pools: "Pools", run: Run) -> Called:
    host, port = lease.door.address
    path = "/".join(part for part in run.endpoint.split("/") if part)
    address = URL(f"http://{host}:{port}/{path}", encoded=True)
    async with pools.session(lease.door).post(
        address, data=b"{}", headers={"Content-Type": "application/json"}, allow_redirects=False
    ) as answer:
        said = await answer.content.read(QUOTED)
        # read to the end: an application that is still answering is not done
        async for _ in answer.content.iter_any():
            pass
    if 200 <= answer.status < 300:
        return Called(Outcome.SUCCEEDED, answer.status)
    text = said.decode("utf-8", "replace").strip()
    message = f"It answered {answer.status}{f': {text}' if text else '.'}"
    return Called(Outcome.FAILED, answer.status, message)
