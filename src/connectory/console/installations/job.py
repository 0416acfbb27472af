"""A job and its runs as the console speaks of them. Pure, but for ``job_of``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.exceptions import HTTPException

from connectory.console.calls import Call
from connectory.console.connectors.running import length
from connectory.console.installations.installation import Found, Installation, Label
from connectory.console.rendering import segment

Document = Mapping[str, Any]
OUTCOMES: Final = {
    "waiting": Label("Waiting", "busy"),
    "running": Label("Running", "busy"),
    "succeeded": Label("Succeeded", "good"),
    "failed": Label("Failed", "bad"),
    "timeout": Label("Took too long", "bad"),
    "skipped": Label("Skipped", "look"),
    "interrupted": Label("Interrupted", "bad"),
}
TRIGGERS: Final = {
    "schedule": "its schedule",
    "manual": "somebody, by hand",
    "catch-up": "its schedule, caught up",
    "deploy": "its deployment",
}


@dataclass(frozen=True)
class Run:
    """``document`` is a run as the API shows it."""

    document: Document

    @property
    def label(self) -> Label:
        outcome = str(self.document["outcome"])
        return OUTCOMES.get(outcome, Label(outcome))

    @property
    def trigger(self) -> str:
        """What it ran for."""
        trigger = str(self.document["trigger"])
        return TRIGGERS.get(trigger, trigger)

    @property
    def begun(self) -> str:
        """When it began; of one that never did, when it should have."""
        return str(self.document.get("startedAt") or self.document["scheduledFor"])

    @property
    def took(self) -> str:
        """How long; empty while it goes on, and when it never began."""
        start, end = self.document.get("startedAt"), self.document.get("finishedAt")
        if not start or not end:
            return ""
        moments = datetime.fromisoformat(end) - datetime.fromisoformat(start)
        seconds = moments.total_seconds()
        return f"{round(seconds * 1000)} ms" if seconds < 1 else length(seconds)


@dataclass(frozen=True)
class Job:
    """``document`` is the job as the API shows it."""

    installation: Installation
    document: Document

    @property
    def application(self) -> str:
        return str(self.document["applicationName"])

    @property
    def address(self) -> str:
        """Of its page."""
        return f"{self.installation.address}/jobs/{segment(self.application)}"

    @property
    def path(self) -> str:
        """Of its runs in the API."""
        return f"{self.installation.platform}/jobs/{segment(self.application)}/runs"

    @property
    def last(self) -> Run | None:
        found = self.document.get("lastRun")
        return Run(found) if found else None

    @property
    def run_now(self) -> Call:
        return Call("POST", self.path)


async def jobs_of(here: Found) -> tuple[Job, ...]:
    """Every job of the installation. Raises ``CallRefused``."""
    page = await here.calls.get(f"{here.installation.platform}/jobs", {"limit": 500})
    return tuple(Job(here.installation, one) for one in page["results"])


async def job_of(here: Found, application: str) -> Job:
    """Raises a 404 for an application that is none."""
    for one in await jobs_of(here):
        if one.application == application:
            return one
    raise HTTPException(404, f"{here.installation.name} has no such job.")
