"""What an installation says against the connect.yaml of its Connector: when a job runs, and how an
event is tried again. Pure.

Only what connect.yaml has can be set otherwise (facts 14.1): an event application without a
retryPolicy has none here either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from connectory.console.visit import Form

Document = Mapping[str, Any]
IMMEDIATE, BACKOFF = "immediate", "exponential-backoff"
STRATEGIES: Final = ((IMMEDIATE, "At once"), (BACKOFF, "With growing pauses"))
USUAL: Final = {"minBackoffSeconds": "10", "maxBackoffSeconds": "600"}
"""What the form offers where there were no pauses so far (facts 4.3)."""
LONGEST: Final = 9
"""Digits of a number."""


@dataclass(frozen=True)
class Schedule:
    """When a job runs. ``name`` is the form field's."""

    name: str
    value: str
    problem: str = ""


@dataclass(frozen=True)
class Retry:
    """How an event that was not taken is tried again. ``name`` begins the names of its fields;
    seconds and attempts are as typed."""

    name: str
    strategy: str
    shortest: str
    longest: str
    attempts: str
    problem: str = ""

    @property
    def policy(self) -> dict[str, Any]:
        """As the API takes it. What is no number is one it refuses."""
        if self.strategy != BACKOFF:
            return {"strategy": self.strategy}
        numbers = {
            "minBackoffSeconds": _number(self.shortest),
            "maxBackoffSeconds": _number(self.longest),
        }
        attempts = {"maxAttempts": _number(self.attempts)} if self.attempts else {}
        return {"strategy": self.strategy, **numbers, **attempts}


def schedule_of(application: Document, prefix: str) -> Schedule | None:
    """Of what is deployed; None for what is no job."""
    value = application.get("schedule")
    return Schedule(f"schedule.{prefix}.{application['applicationName']}", value) if value else None


def retry_of(application: Document, prefix: str) -> Retry | None:
    """Of what is deployed; None for what has no retry policy."""
    policy = application.get("retryPolicy")
    if not policy:
        return None
    return Retry(
        f"retry.{prefix}.{application['applicationName']}",
        policy["strategy"],
        str(policy.get("minBackoffSeconds", USUAL["minBackoffSeconds"])),
        str(policy.get("maxBackoffSeconds", USUAL["maxBackoffSeconds"])),
        str(policy.get("maxAttempts", "")),
    )


def schedule_typed(known: Schedule | None, form: Form) -> Schedule | None:
    return known and replace(known, value=form.text(known.name, known.value).strip())


def retry_typed(known: Retry | None, form: Form) -> Retry | None:
    if known is None:
        return None
    strategy = form.text(f"{known.name}.strategy", known.strategy)
    return replace(
        known,
        strategy=strategy if strategy in dict(STRATEGIES) else known.strategy,
        shortest=form.text(f"{known.name}.shortest", known.shortest).strip(),
        longest=form.text(f"{known.name}.longest", known.longest).strip(),
        attempts=form.text(f"{known.name}.attempts", known.attempts).strip(),
    )


def changed(schedule: Schedule | None, retry: Retry | None, form: Form) -> dict[str, Any]:
    """What of it somebody changed, as an item of ``configurationValues`` has it. An empty schedule
    stands for the one there is: a job without one there is not."""
    found: dict[str, Any] = {}
    typed, policy = schedule_typed(schedule, form), retry_typed(retry, form)
    if schedule and typed and typed.value not in ("", schedule.value):
        found["schedule"] = typed.value
    if retry and policy and policy.policy != retry.policy:
        found["retryPolicy"] = policy.policy
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else 0
