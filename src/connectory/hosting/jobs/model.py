"""Runs of jobs, as data. Moments are milliseconds since 1970, in UTC."""

from enum import StrEnum

import msgspec


class Trigger(StrEnum):
    """What a run was started for."""

    SCHEDULE = "schedule"
    CATCH_UP = "catch-up"
    """The platform was down when it was due; once, however many were missed."""
    DEPLOY = "deploy"
    """``@reboot``: once after each deploy (facts 14.2 row 29)."""
    MANUAL = "manual"


class Outcome(StrEnum):
    """How a run ended, or how far it is."""

    WAITING = "waiting"
    """Written down, not begun: after a crash it is begun then."""
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMEOUT = "timeout"
    SKIPPED = "skipped"
    """The run before was still under way."""
    INTERRUPTED = "interrupted"
    """The platform stopped meanwhile. Not repeated: nobody knows how far it came."""


OVER = frozenset(Outcome) - {Outcome.WAITING, Outcome.RUNNING}


class Run(msgspec.Struct, frozen=True):
    """One call of a job's endpoint. ``status`` is what was answered; ``message`` says why it did
    not succeed."""

    id: str
    application_id: str
    deployment_id: str
    application_name: str
    endpoint: str
    trigger: Trigger
    outcome: Outcome
    scheduled_for: int
    started_at: int | None = None
    finished_at: int | None = None
    status: int | None = None
    message: str | None = None
