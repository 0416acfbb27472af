"""What the API refuses, at the field it is about. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from connectory.console.calls import Answer
from connectory.console.installations.fields import SHARED, Field, Group, Groups, each
from connectory.deployments.errors import (
    DeploymentEmptyRequiredGlobalConfigurationKeyError,
    DeploymentInvalidRetryPolicyError,
    DeploymentMissingApplicationConfigurationKeyError,
    DeploymentMissingGlobalConfigurationKeyError,
    DeploymentUnknownApplicationConfigurationKeyError,
    DeploymentUnknownGlobalConfigurationKeyError,
)

EMPTY: Final = "This value is needed."
STRANGE: Final = "This version of the Connector does not take this value. Reload the page."


def with_problems(groups: Groups, answer: Answer) -> tuple[Groups, tuple[str, ...]]:
    """Each message of a refusal at the field it is about, and those that are about none."""
    messages = told(answer)
    shown = each(
        groups,
        lambda group, field: replace(
            field,
            problems=_about(group, field, messages),
        ),
    )
    shown = tuple(_overrides(one, messages) for one in shown)
    placed = {
        message for group in groups for field in group.fields for message in _expected(group, field)
    }
    placed |= {
        one
        for group in groups
        for one in messages
        if _of_schedule(group, one) or _of_retry(group, one)
    }
    return shown, tuple(one for one in messages if one not in placed)


def told(answer: Answer) -> tuple[str, ...]:
    """What the API says is wrong, the more exact text where there are two."""
    document = answer.document if isinstance(answer.document, dict) else {}
    found = (
        str(one.get("detailedErrorMessage") or one.get("message") or "")
        for one in document.get("errors", ())
    )
    given = tuple(dict.fromkeys(one for one in found if one))
    return given or (answer.message or "The platform could not do this now. Try again.",)


def _overrides(group: Group, messages: tuple[str, ...]) -> Group:
    """With what is wrong with its schedule or retry policy."""
    schedule, retry = group.schedule, group.retry
    return replace(
        group,
        schedule=schedule
        and replace(schedule, problem=_first(one for one in messages if _of_schedule(group, one))),
        retry=retry and replace(retry, problem=_first(_of_retry(group, one) for one in messages)),
    )


def _is_override(group: Group, message: str) -> bool:
    return _of_schedule(group, message) or bool(_of_retry(group, message))


def _first(texts: Iterable[str]) -> str:
    return next((one for one in texts if one), "")


def _of_schedule(group: Group, message: str) -> bool:
    return bool(group.schedule) and message.startswith(f"The schedule of {group.application} ")


def _of_retry(group: Group, message: str) -> str:
    """What is wrong with the policy; empty when the message is about something else."""
    begins = DeploymentInvalidRetryPolicyError(group.application, "").message
    if group.retry is None or not message.startswith(begins):
        return ""
    return message.removeprefix(begins)


def _about(group: Group, field: Field, messages: tuple[str, ...]) -> tuple[str, ...]:
    expected = _expected(group, field)
    return tuple(dict.fromkeys(expected[one] for one in messages if one in expected))


def _expected(group: Group, field: Field) -> dict[str, str]:
    """What the API would say about this field, and what that means: the messages of the contract
    name the key and where it belongs."""
    kind, key, name = field.kind, field.key, group.application
    if name == SHARED:
        return {
            DeploymentMissingGlobalConfigurationKeyError(kind, key).message: EMPTY,
            DeploymentEmptyRequiredGlobalConfigurationKeyError(kind, key).message: EMPTY,
            DeploymentUnknownGlobalConfigurationKeyError(kind, key).message: STRANGE,
        }
    return {
        DeploymentMissingApplicationConfigurationKeyError(kind, key, name).message: EMPTY,
        DeploymentUnknownApplicationConfigurationKeyError(kind, key, name).message: STRANGE,
    }
