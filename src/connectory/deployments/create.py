"""Deciding on a new Deployment: allowed or not, and what it looks like. Pure."""

from collections.abc import Iterator

import msgspec

from connectory.auth import Project
from connectory.deployments import overrides
from connectory.deployments.assembly import assemble
from connectory.deployments.configuration import problems
from connectory.deployments.errors import (
    DeploymentInvalidTypeError,
    DeploymentProductionDeactivatedError,
    DeploymentUnsupportedRegionError,
)
from connectory.deployments.model import (
    Deployable,
    Deployment,
    DeploymentApiClient,
    DeploymentDraft,
    DeploymentStatus,
    DeploymentType,
    Details,
    GlobalValues,
    Secrets,
)
from connectory.errors import ConnectError
from connectory.regions import Region


class NewDeployment(msgspec.Struct, frozen=True):
    """The Deployment as the wire shows it, and what is sealed away."""

    deployment: Deployment
    secrets: Secrets


def check(draft: DeploymentDraft, target: Deployable, project: Project) -> DeploymentType:
    """The type the Deployment gets; raises an ``ExceptionGroup`` of everything wrong with it."""
    kind = draft.type or (DeploymentType.PREVIEW if target.staged else DeploymentType.SANDBOX)
    found = [
        *_type_problems(kind, target, project),
        *_region_problems(draft.region, target),
        *problems(
            target.connector.configurations,
            target.connector.global_configuration,
            draft.configurations,
            draft.global_configuration,
        ),
        *(
            problem
            for values in draft.configurations
            for problem in overrides.problems(target, values)
        ),
    ]
    if found:
        raise ExceptionGroup("The Deployment cannot be created", found)
    return kind


def create(
    id: str,  # noqa: A002
    draft: DeploymentDraft,
    target: Deployable,
    kind: DeploymentType,
    api_client: DeploymentApiClient | None,
    credentials: dict[str, str],
) -> NewDeployment:
    """A checked draft as a Deployment that is being deployed (facts 14.1: never ``Queued``)."""
    given = draft.global_configuration or GlobalValues()
    parts = assemble(target, draft.configurations, given, {})
    deployment = Deployment(
        id=id,
        key=draft.key,
        version=1,
        type=kind,
        connector=target.connector,
        global_configuration=parts.global_configuration,
        api_client=api_client,
        details=Details(),
        deployed_region=Region(draft.region),
        applications=parts.applications,
        preview=kind is DeploymentType.PREVIEW,
        status=DeploymentStatus.DEPLOYING,
    )
    return NewDeployment(deployment, Secrets(parts.environments, credentials))


def _type_problems(
    kind: DeploymentType, target: Deployable, project: Project
) -> Iterator[ConnectError]:
    allowed = (
        (DeploymentType.PREVIEW,)
        if target.staged
        else (DeploymentType.SANDBOX, DeploymentType.PRODUCTION)
    )
    if kind not in allowed:
        connector = target.connector
        yield DeploymentInvalidTypeError(connector.id, connector.key, kind, allowed)
    elif kind is DeploymentType.PRODUCTION and not project.production:
        yield DeploymentProductionDeactivatedError()


def region_is_supported(region: str, target: Deployable) -> bool:
    return region in set(target.connector.supported_regions or tuple(Region))


def _region_problems(region: str, target: Deployable) -> Iterator[ConnectError]:
    if not region_is_supported(region, target):
        yield DeploymentUnsupportedRegionError(region)
