"""Deciding on a new Deployment: allowed or not, and what it looks like. Pure."""

import secrets
import string
from collections.abc import Iterator

import msgspec

from connectory.auth import Project
from connectory.deployments.configuration import Filled, filled, masked, problems
from connectory.deployments.errors import (
    DeploymentInvalidTypeError,
    DeploymentProductionDeactivatedError,
    DeploymentUnsupportedRegionError,
)
from connectory.deployments.model import (
    ApplicationDeployment,
    ApplicationEnvironment,
    ApplicationValues,
    Deployable,
    Deployment,
    DeploymentApiClient,
    DeploymentDraft,
    DeploymentStatus,
    DeploymentType,
    Details,
    GlobalValues,
    Secrets,
    ShownGlobalValues,
)
from connectory.errors import ConnectError
from connectory.regions import Region

ID_LETTERS = string.ascii_lowercase + string.digits


class NewDeployment(msgspec.Struct, frozen=True):
    """The Deployment as the wire shows it, and what is sealed away."""

    deployment: Deployment
    secrets: Secrets


def application_id() -> str:
    """24 lower-case letters and digits, as the platform's host names carry (facts 4.7)."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(24))


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
    shared = _filled_global(target, given)
    applications = [_filled_application(target, one) for one in draft.configurations]
    deployment = Deployment(
        id=id,
        key=draft.key,
        version=1,
        type=kind,
        connector=target.connector,
        global_configuration=ShownGlobalValues(
            standard_configuration=shared.standard, secured_configuration=masked(shared.secured)
        )
        if target.connector.global_configuration
        else None,
        api_client=api_client,
        details=Details(),
        deployed_region=Region(draft.region),
        applications=tuple(
            ApplicationDeployment(
                id=application_id(),
                application_name=one.application_name,
                standard_configuration=values.standard,
                secured_configuration=masked(values.secured),
                schedule=one.schedule,
            )
            for one, values in zip(draft.configurations, applications, strict=True)
        ),
        preview=kind is DeploymentType.PREVIEW,
        status=DeploymentStatus.DEPLOYING,
    )
    environments = tuple(
        ApplicationEnvironment(one.application_name, shared.variables() | values.variables())
        for one, values in zip(draft.configurations, applications, strict=True)
    )
    return NewDeployment(deployment, Secrets(environments, credentials))


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


def _region_problems(region: str, target: Deployable) -> Iterator[ConnectError]:
    supported = target.connector.supported_regions or tuple(Region)
    if region not in set(supported):
        yield DeploymentUnsupportedRegionError(region)


def _filled_application(target: Deployable, given: ApplicationValues) -> Filled:
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
