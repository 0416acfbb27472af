"""One call of a job's endpoint: the way there, the request, and what became of it."""

import asyncio
from typing import NamedTuple, Protocol

from connectory.hosting.jobs.model import Outcome, Run
from connectory.hosting.jobs.posting import Answer, Posting, connected, request
from connectory.hosting.lease import Lease


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


class Way(NamedTuple):
    """An application that runs, and a connection to it. To be closed always."""

    lease: Lease
    posting: Posting

    @property
    def open(self) -> bool:
        return not self.posting.over.done()

    def ask(self, run: Run) -> None:
        self.posting.ask(request(self.lease.door, run.endpoint))

    def close(self) -> None:
        self.posting.close()
        self.lease.end()


async def way_to(doors: Doors, run: Run) -> Way | Called:
    """Wakes an application that sleeps; what stands in the way if there is none."""
    lease = await doors.lease(run.application_id)
    if lease is None:
        return Called(Outcome.FAILED, message=f"The application {doors.why(run.application_id)}.")
    try:
        return Way(lease, await connected(lease.door))
    except OSError:
        lease.end()
        return Called(Outcome.FAILED, message="It does not accept connections.")
    except BaseException:
        lease.end()
        raise


async def answered(way: Way, seconds: float) -> Called:
    """What became of a request that was sent."""
    try:
        async with asyncio.timeout(seconds):
            return judged(await way.posting.over)
    except TimeoutError:
        return Called(Outcome.TIMEOUT, message=f"It did not answer within {seconds:g} seconds.")


def judged(answer: Answer) -> Called:
    """2xx is a success. Pure."""
    if answer.status is None:
        return Called(Outcome.FAILED, message=answer.said)
    if 200 <= answer.status < 300:
        return Called(Outcome.SUCCEEDED, answer.status)
    why = f": {answer.said}" if answer.said else "."
    return Called(Outcome.FAILED, answer.status, f"It answered {answer.status}{why}")
