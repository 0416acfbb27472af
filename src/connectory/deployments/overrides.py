"""What a Deployment may say against its connect.yaml: a job's schedule, an event's retry policy.

Pure. Bounds of facts 3.3; when an override is allowed: facts 14.1 row 22.
"""

from collections.abc import Iterator

from connectory.connectors.model import BuiltApplication, RetryPolicy
from connectory.deployments.errors import (
    DeploymentInvalidRetryPolicyError,
    DeploymentRetryPolicyOverrideNotAllowedError,
)
from connectory.deployments.model import ApplicationValues, Deployable
from connectory.errors import ConnectError, InvalidJsonInputError
from connectory.specification import ApplicationType
from connectory.specification.schedule import is_schedule

IMMEDIATE, BACKOFF = "immediate", "exponential-backoff"
SECONDS, ATTEMPTS = range(1, 601), range(5, 101)


def problems(target: Deployable, values: ApplicationValues) -> Iterator[ConnectError]:
    """Everything wrong with the overrides for one application of ``target``."""
    name = values.application_name
    if values.schedule is not None:
        yield from _schedule_problems(target, name, values.schedule)
    if values.retry_policy is not None:
        built = built_application(target, name)
        if built is None or built.retry_policy is None:
            yield DeploymentRetryPolicyOverrideNotAllowedError(name)
        elif cause := invalid(values.retry_policy):
            yield DeploymentInvalidRetryPolicyError(name, cause)


def schedule(target: Deployable, values: ApplicationValues) -> str | None:
    """The override, else what connect.yaml says."""
    built = built_application(target, values.application_name)
    return values.schedule or (built.schedule if built else None)


def retry_policy(target: Deployable, values: ApplicationValues) -> RetryPolicy | None:
    """The override, else what connect.yaml says."""
    built = built_application(target, values.application_name)
    return values.retry_policy or (built.retry_policy if built else None)


def built_application(target: Deployable, name: str) -> BuiltApplication | None:
    return next((one for one in target.build.applications if one.name == name), None)


def invalid(policy: RetryPolicy) -> str:
    """Why the policy is not valid; empty when it is."""
    if policy.strategy == IMMEDIATE:
        bounded = (policy.min_backoff_seconds, policy.max_backoff_seconds, policy.max_attempts)
        return "" if bounded == (None,) * 3 else "the strategy immediate takes nothing else"
    if policy.strategy != BACKOFF:
        return f"strategy takes {IMMEDIATE} or {BACKOFF}"
    return _backoff_problem(policy)


def _backoff_problem(policy: RetryPolicy) -> str:
    shortest, longest = policy.min_backoff_seconds, policy.max_backoff_seconds
    if shortest not in SECONDS or longest not in SECONDS or shortest is None or longest is None:
        return "minBackoffSeconds and maxBackoffSeconds take 1 to 600"
    if shortest > longest:
        return "minBackoffSeconds must be less than or equal to maxBackoffSeconds"
    if policy.max_attempts is not None and policy.max_attempts not in ATTEMPTS:
        return "maxAttempts takes 5 to 100"
    return ""


def _schedule_problems(target: Deployable, name: str, given: str) -> Iterator[ConnectError]:
    declared = {one.application_name: one for one in target.connector.configurations}
    if name not in declared or declared[name].application_type is not ApplicationType.JOB:
        yield InvalidJsonInputError(f"A schedule is for jobs; the application {name} is none.")
    elif not is_schedule(given):
        yield InvalidJsonInputError(
            f"The schedule of {name} is not one: take '@daily' or a cron expression '0 0 * * *'."
        )
