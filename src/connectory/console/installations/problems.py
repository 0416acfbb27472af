"""What the API refuses, at the field it is about. Pure."""

from dataclasses import replace
from typing import Final

from connectory.console.calls import Answer
from connectory.console.installations.fields import SHARED, Field, Group, Groups, each
from connectory.deployments.errors import (
    DeploymentEmptyRequiredGlobalConfigurationKeyError,
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
    placed = {
        message for group in groups for field in group.fields for message in _expected(group, field)
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
