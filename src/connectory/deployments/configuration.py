"""Configuration values against what the Connector declares: every problem at once. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from connectory.connectors.model import (
    ApplicationConfiguration,
    ConfigurationKey,
    GlobalConfiguration,
)
from connectory.deployments.errors import (
    DeploymentApplicationRequiredError,
    DeploymentEmptyRequiredGlobalConfigurationKeyError,
    DeploymentMissingApplicationConfigurationKeyError,
    DeploymentMissingGlobalConfigurationKeyError,
    DeploymentUnknownApplicationConfigurationError,
    DeploymentUnknownApplicationConfigurationKeyError,
    DeploymentUnknownGlobalConfigurationKeyError,
)
from connectory.deployments.model import ApplicationValues, ConfigurationValue, GlobalValues
from connectory.errors import ConnectError, InvalidJsonInputError

Values = tuple[ConfigurationValue, ...]
Keys = tuple[ConfigurationKey, ...]


class Filled(NamedTuple):
    """Values with the defaults of connect.yaml filled in (facts 14.1 row 16)."""

    standard: Values
    secured: Values

    def variables(self) -> dict[str, str]:
        return {one.key: one.value for one in (*self.standard, *self.secured)}


def problems(
    declared: tuple[ApplicationConfiguration, ...],
    declared_global: GlobalConfiguration | None,
    given: tuple[ApplicationValues, ...],
    given_global: GlobalValues | None,
) -> list[ConnectError]:
    """Everything wrong with the values of a new Deployment, in the order they were sent."""
    known = {one.application_name: one for one in declared}
    found = list[ConnectError]()
    if not given:
        found.append(DeploymentApplicationRequiredError())
    found += _repeated("configurations", (one.application_name for one in given))
    for values in given:
        if values.application_name in known:
            found += _application_problems(known[values.application_name], values)
        else:
            found.append(DeploymentUnknownApplicationConfigurationError(values.application_name))
    return [*found, *_global_problems(declared_global, given_global or GlobalValues())]


def filled(keys: Keys, values: Values) -> Values:
    """The given values, and the default of every key that was left out or left empty."""
    given = {one.key: one for one in values}
    defaults = [
        ConfigurationValue(key=key.key, value=key.default)
        for key in keys
        if key.default is not None and not (key.key in given and given[key.key].value)
    ]
    replaced = {one.key for one in defaults}
    return (*(one for one in values if one.key not in replaced), *defaults)


def masked(values: Values) -> Values:
    """What the wire shows of secrets: as many asterisks as the value is long (facts 2.6)."""
    return tuple(ConfigurationValue(key=one.key, value="*" * len(one.value)) for one in values)


def _application_problems(
    declared: ApplicationConfiguration, given: ApplicationValues
) -> Iterator[ConnectError]:
    name = declared.application_name
    for kind, keys, values in (
        ("standard", declared.standard_configuration, given.standard_configuration),
        ("secret", declared.secured_configuration, given.secured_configuration),
    ):
        yield from _repeated(f"configurations of {name}", (one.key for one in values))
        for key in _unknown(keys, values):
            yield DeploymentUnknownApplicationConfigurationKeyError(kind, key, name)
        for key in (*_missing(keys, values), *_empty(keys, values)):
            yield DeploymentMissingApplicationConfigurationKeyError(kind, key, name)


def _global_problems(
    declared: GlobalConfiguration | None, given: GlobalValues
) -> Iterator[ConnectError]:
    for kind, keys, values in (
        ("standard", declared.standard_configuration if declared else (),
         given.standard_configuration),
        ("secret", declared.secured_configuration if declared else (),
         given.secured_configuration),
    ):  # fmt: skip
        yield from _repeated("globalConfiguration", (one.key for one in values))
        for key in _unknown(keys, values):
            yield DeploymentUnknownGlobalConfigurationKeyError(kind, key)
        for key in _missing(keys, values):
            yield DeploymentMissingGlobalConfigurationKeyError(kind, key)
        for key in _empty(keys, values):
            yield DeploymentEmptyRequiredGlobalConfigurationKeyError(kind, key)


def _repeated(where: str, names: Iterable[str]) -> Iterator[ConnectError]:
    seen = set[str]()
    for name in names:
        if name in seen:
            yield InvalidJsonInputError(f"{where} names '{name}' more than once.")
        seen.add(name)


def _unknown(keys: Keys, values: Values) -> list[str]:
    known = {key.key for key in keys}
    return [one.key for one in values if one.key not in known]


def _missing(keys: Keys, values: Values) -> list[str]:
    given = {one.key for one in values}
    return [key.key for key in _demanded(keys) if key.key not in given]


def _empty(keys: Keys, values: Values) -> list[str]:
    empty = {one.key for one in values if not one.value}
    return [key.key for key in _demanded(keys) if key.key in empty]


def _demanded(keys: Keys) -> list[ConfigurationKey]:
    """Keys that only the client can give a value."""
    return [key for key in keys if key.required and key.default is None]
