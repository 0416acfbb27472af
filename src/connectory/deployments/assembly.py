"""Checked values as what a Deployment shows and what it keeps sealed. Pure."""

import secrets
import string
from collections.abc import Mapping
from typing import NamedTuple

from connectory.deployments import overrides
from connectory.deployments.configuration import Filled, filled, masked
from connectory.deployments.model import (
    ApplicationDeployment,
    ApplicationEnvironment,
    ApplicationValues,
    Deployable,
    GlobalValues,
    ShownGlobalValues,
)

ID_LETTERS = string.ascii_lowercase + string.digits


class Assembled(NamedTuple):
    applications: tuple[ApplicationDeployment, ...]
    global_configuration: ShownGlobalValues | None
    environments: tuple[ApplicationEnvironment, ...]


def application_id() -> str:
    """24 lower-case letters and digits, as the platform's host names carry (facts 4.7)."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(24))


def assemble(
    target: Deployable,
    given: tuple[ApplicationValues, ...],
    given_global: GlobalValues,
    known: Mapping[str, ApplicationDeployment],
) -> Assembled:
    """``known`` applications, by name, keep their id and with it their URL."""
    shared = _filled_global(target, given_global)
    applications = list[ApplicationDeployment]()
    environments = list[ApplicationEnvironment]()
    for values in given:
        own, before = _filled(target, values), known.get(values.application_name)
        variables = shared.variables() | own.variables()
        environments.append(ApplicationEnvironment(values.application_name, variables))
        applications.append(
            ApplicationDeployment(
                id=before.id if before else application_id(),
                application_name=values.application_name,
                standard_configuration=own.standard,
                secured_configuration=masked(own.secured),
                url=before.url if before else None,
                schedule=overrides.schedule(target, values),
                retry_policy=overrides.retry_policy(target, values),
            )
        )
    shown = ShownGlobalValues(
        standard_configuration=shared.standard, secured_configuration=masked(shared.secured)
    )
    return Assembled(
        tuple(applications),
        shown if target.connector.global_configuration else None,
        tuple(environments),
    )


def _filled(target: Deployable, given: ApplicationValues) -> Filled:
    declared = next(
        one
        for one in target.connector.configurations
        if one.application_name == given.application_name
    )
    return Filled(
        filled(declared.standard_configuration, given.standard_configuration),
        filled(declared.secured_configuration, given.secured_configuration),
    )


def _filled_global(target: Deployable, given: GlobalValues) -> Filled:
    declared = target.connector.global_configuration
    return Filled(
        filled(declared.standard_configuration if declared else (), given.standard_configuration),
        filled(declared.secured_configuration if declared else (), given.secured_configuration),
    )
