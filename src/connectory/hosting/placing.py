"""From a stored Deployment to what must run. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from connectory.connectors.model import BuiltApplication
from connectory.deployments.model import ApplicationDeployment, Deployment, Secrets
from connectory.deployments.store import StoredDeployment
from connectory.hosting.placement import Placement, platform_variables
from connectory.hosting.routes import Route, Wanted, url_of
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.specification import ApplicationType

SECRET_VARIABLES = ("CTP_CLIENT_SECRET",)
"""Of the generated API client's variables, the one that is secret (facts 3.4)."""


class Service(NamedTuple):
    """A service application of a Deployment and its build."""

    application: ApplicationDeployment
    built: BuiltApplication
    artifact: str

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.application.id, self.built.name, self.built.endpoint or "")


class Roster(NamedTuple):
    """The applications of a Deployment by what can be done with them."""

    services: tuple[Service, ...]
    others: tuple[BuiltApplication, ...]
    """Types this release does not run."""
    missing: tuple[str, ...]
    """Names of applications the connector's build has nothing to run for."""


def roster(stored: StoredDeployment) -> Roster:
    built = {one.name: one for one in stored.build.applications}
    services, others, missing = list[Service](), list[BuiltApplication](), list[str]()
    for application in stored.deployment.applications:
        found = built.get(application.application_name)
        if found is not None and found.type is not ApplicationType.SERVICE:
            others.append(found)
        elif found is None or found.artifact is None or not found.command:
            missing.append(application.application_name)
        else:
            services.append(Service(application, found, found.artifact))
    return Roster(tuple(services), tuple(others), tuple(missing))


def opened(stored: StoredDeployment, seal: Seal) -> Secrets:
    """The Deployment's values in clear. Raises ``SealBrokenError``."""
    text = seal.open(stored.sealed, owner=stored.deployment.id)
    return msgspec.json.decode(text, type=Secrets)


def placements(
    stored: StoredDeployment,
    secrets: Secrets,
    routes: Mapping[str, Route],
    settings: Settings,
    generation: str,
) -> tuple[Placement, ...]:
    """Every service application, ready to be run; ``routes`` by application id."""
    variables = {one.application_name: one.variables for one in secrets.applications}
    deployment = stored.deployment
    return tuple(
        Placement(
            application_id=service.application.id,
            deployment_id=deployment.id,
            application_name=service.built.name,
            artifact=service.artifact,
            command=service.built.command,
            directory=service.built.directory,
            node=service.built.node,
            environment={
                **variables.get(service.built.name, {}),
                **secrets.api_client,
                **platform_variables(
                    deployment.deployed_region,
                    url(settings, deployment, routes[service.application.id]),
                ),
            },
            generation=generation,
        )
        for service in roster(stored).services
    )


def url(settings: Settings, deployment: Deployment, route: Route) -> str:
    return url_of(settings, route, deployment.deployed_region, deployment.type)


def secret_values(deployment: Deployment, secrets: Secrets) -> tuple[str, ...]:
    """Every value that must not show: secured configuration, the generated client's secret."""
    hidden = set(_secured_keys(deployment))
    configured = (
        value
        for one in secrets.applications
        for key, value in one.variables.items()
        if key in hidden
    )
    generated = (secrets.api_client.get(name, "") for name in SECRET_VARIABLES)
    return (*configured, *generated)


def _secured_keys(deployment: Deployment) -> Iterator[str]:
    shared = deployment.global_configuration
    for values in (
        *(one.secured_configuration for one in deployment.applications),
        shared.secured_configuration if shared else (),
    ):
        yield from (value.key for value in values)
