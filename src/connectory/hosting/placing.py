"""From a stored Deployment to what must run, be served, listen and fire. Pure."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from connectory.connectors.model import BuiltApplication
from connectory.deployments.model import (
    ApplicationDeployment,
    Deployment,
    DeploymentType,
    Secrets,
)
from connectory.deployments.store import StoredDeployment
from connectory.hosting.jobs import Schedule
from connectory.hosting.placement import Placement, Topical, platform_variables
from connectory.hosting.routes import Route, Wanted, url_of
from connectory.hosting.scripts import ScriptName, ScriptPlacement
from connectory.hosting.sites import SitePlacement
from connectory.hosting.standin import NOTHING, Surroundings
from connectory.hosting.topics.store import Topic
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.specification import SERVED, ApplicationType

SECRET_VARIABLES = ("CTP_CLIENT_SECRET",)
"""Of the generated API client's variables, the one that is secret (facts 3.4)."""
LABELS = {
    ApplicationType.SERVICE: "service",
    ApplicationType.EVENT: "event",
    ApplicationType.ASSETS: "assets",
    ApplicationType.MERCHANT_CENTER_CUSTOM_APPLICATION: "mc-app",
    ApplicationType.MERCHANT_CENTER_CUSTOM_VIEW: "mc-view",
}


class Part(NamedTuple):
    """An application of a Deployment and its build."""

    application: ApplicationDeployment
    built: BuiltApplication
    artifact: str

    @property
    def id(self) -> str:
        return self.application.id

    @property
    def wanted(self) -> Wanted | None:
        """The route it needs; files have the whole origin, whatever connect.yaml says."""
        label = LABELS.get(self.built.type)
        endpoint = self.built.endpoint if self.built.type in SERVED else None
        return Wanted(self.id, self.built.name, endpoint or "", label) if label else None


class Roster(NamedTuple):
    """The applications of a Deployment, in connect.yaml's order."""

    parts: tuple[Part, ...]
    missing: tuple[str, ...]
    """Names of applications the connector's build has nothing to run for."""

    @property
    def served(self) -> tuple[Part, ...]:
        """Started as a program."""
        return tuple(one for one in self.parts if one.built.type in SERVED)

    @property
    def sites(self) -> tuple[Part, ...]:
        """Files that the platform serves."""
        return tuple(one for one in self.parts if one.built.type not in SERVED)

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(one.id for one in self.parts)


def roster(stored: StoredDeployment) -> Roster:
    wanted = {one.application_name: one for one in stored.deployment.applications}
    known = [one for one in stored.build.applications if one.name in wanted]
    parts = tuple(
        Part(wanted[one.name], one, one.artifact)
        for one in known
        if one.artifact and (one.command or one.type not in SERVED)
    )
    found = {one.built.name for one in parts}
    return Roster(parts, tuple(name for name in wanted if name not in found))


def opened(stored: StoredDeployment, seal: Seal) -> Secrets:
    """The Deployment's values in clear. Raises ``SealBrokenError``."""
    text = seal.open(stored.sealed, owner=stored.deployment.id)
    return msgspec.json.decode(text, type=Secrets)


class Placing:
    """What a Deployment comes to, with its values in clear; ``routes`` by application id."""

    def __init__(
        self,
        stored: StoredDeployment,
        secrets: Secrets,
        routes: Mapping[str, Route],
        settings: Settings,
        generation: str,
        surroundings: Surroundings = NOTHING,
    ) -> None:
        self._stored = stored
        self._deployment = stored.deployment
        self._secrets = secrets
        self._routes = routes
        self._settings = settings
        self._generation = generation
        self._surroundings = surroundings
        self._roster = roster(stored)

    @property
    def placements(self) -> tuple[Placement, ...]:
        """Every application that is a program, ready to be run."""
        return tuple(map(self._placement, self._roster.served))

    @property
    def sites(self) -> tuple[SitePlacement, ...]:
        """Every application that is files, ready to be built and served."""
        return tuple(map(self._site, self._roster.sites))

    def environment(self, part: Part) -> dict[str, str]:
        """What the application is given, and its scripts are."""
        return {**self._configuration(part), **self._secrets.api_client}

    def _configuration(self, part: Part) -> dict[str, str]:
        variables = {one.application_name: one.variables for one in self._secrets.applications}
        region, topic = self._deployment.deployed_region, topical(self._stored, part)
        own = variables.get(part.built.name, {})
        return {**own, **platform_variables(region, self.url(part), topic)}

    def script(self, part: Part, name: ScriptName) -> ScriptPlacement | None:
        """The application's script of this name, ready to be run; None when it has none."""
        after = name is ScriptName.POST_DEPLOY
        text = part.built.post_deploy if after else part.built.pre_undeploy
        if text is None:
            return None
        return ScriptPlacement(
            application_id=part.id,
            deployment_id=self._deployment.id,
            application_name=part.built.name,
            name=name,
            command=text,
            artifact=part.artifact,
            directory=part.built.directory,
            node=part.built.node,
            environment={**self._surroundings.environment, **self.environment(part)},
            mounts=self._surroundings.mounts,
            outlets=self._surroundings.outlets,
            generation=self._generation,
        )

    def url(self, part: Part) -> str:
        """Its public address; "" for a job."""
        route = self._routes.get(part.id)
        return url(self._settings, self._deployment, route) if route else ""

    def _placement(self, part: Part) -> Placement:
        return Placement(
            application_id=part.id,
            deployment_id=self._deployment.id,
            application_name=part.built.name,
            artifact=part.artifact,
            command=part.built.command,
            directory=part.built.directory,
            node=part.built.node,
            kind=part.built.type,
            endpoint=part.built.endpoint or "",
            health=part.built.health_check,
            sleeps=self._deployment.type is not DeploymentType.PRODUCTION,
            environment=self.environment(part),
            surroundings=self._surroundings,
            generation=self._generation,
        )

    def _site(self, part: Part) -> SitePlacement:
        return SitePlacement(
            application_id=part.id,
            deployment_id=self._deployment.id,
            application_name=part.built.name,
            kind=part.built.type,
            artifact=part.artifact,
            command=part.built.command,
            directory=part.built.directory,
            node=part.built.node,
            # everybody can read a site: the generated API client does not belong into it
            environment={**self._configuration(part), "APPLICATION_URL": self.url(part)},
        )


def url(settings: Settings, deployment: Deployment, route: Route) -> str:
    return url_of(settings, route, deployment.deployed_region, deployment.type)


def topics(stored: StoredDeployment) -> tuple[Topic, ...]:
    """One for each event application."""
    return tuple(
        Topic(
            application_id=part.id,
            deployment_id=stored.deployment.id,
            application_name=part.built.name,
            name=known.name,
            project=known.project,
            endpoint=part.built.endpoint or "",
            retry_policy=part.application.retry_policy,
        )
        for part in roster(stored).served
        if (known := topical(stored, part))
    )


def topical(stored: StoredDeployment, part: Part) -> Topical | None:
    """Where messages for the application are published; None for other types.

    The name is as hard to guess as the application's id: whoever knows it may publish.
    """
    if part.built.type is not ApplicationType.EVENT:
        return None
    return Topical(f"connectory-{stored.project_key}", f"event-{part.id}")


def schedules(stored: StoredDeployment) -> tuple[Schedule, ...]:
    """One for each job."""
    return tuple(
        Schedule(
            application_id=part.id,
            deployment_id=stored.deployment.id,
            application_name=part.built.name,
            endpoint=part.built.endpoint or "",
            schedule=part.application.schedule or part.built.schedule or "",
        )
        for part in roster(stored).served
        if part.built.type is ApplicationType.JOB
    )


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
