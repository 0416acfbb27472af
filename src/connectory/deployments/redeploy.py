"""Deciding on a redeploy and on a rollback: allowed or not, and what runs afterwards. Pure."""

from collections.abc import Iterator, Mapping

from connectory.connectors.model import ConfigurationKey
from connectory.deployments import overrides
from connectory.deployments.assembly import assemble
from connectory.deployments.configuration import problems
from connectory.deployments.create import NewDeployment, region_is_supported
from connectory.deployments.errors import (
    DeploymentApplicationDoNotBelongError,
    DeploymentApplicationRequiredError,
    DeploymentConnectorUpdateFailureError,
    DeploymentInvalidStatusTransitionError,
    DeploymentRollbackNotAllowedError,
)
from connectory.deployments.model import (
    ApplicationDeployment,
    ApplicationValues,
    ConfigurationValue,
    Deployable,
    Deployment,
    DeploymentStatus,
    Details,
    GlobalValues,
    Redeploy,
    Secrets,
)
from connectory.errors import ConcurrentModificationError, ConnectError
from connectory.wire import replace

BUSY = {DeploymentStatus.QUEUED, DeploymentStatus.DEPLOYING, DeploymentStatus.UNDEPLOYING}
Values = tuple[ConfigurationValue, ...]


def require_current(deployment: Deployment, version: int) -> None:
    """Raises ``ConcurrentModificationError`` for another version than the current one."""
    if version != deployment.version:
        raise ConcurrentModificationError(
            deployment.id, deployment.key, version, deployment.version
        )


def require_idle(deployment: Deployment) -> None:
    """Raises ``DeploymentInvalidStatusTransitionError`` while it changes (facts 2.6)."""
    if deployment.status in BUSY:
        raise DeploymentInvalidStatusTransitionError(f"Already {deployment.status.lower()}")


def update_failure(deployment: Deployment, cause: str) -> DeploymentConnectorUpdateFailureError:
    connector = deployment.connector
    return DeploymentConnectorUpdateFailureError(
        deployment.id, deployment.key, connector.id, connector.key, cause
    )


def redeploy(
    current: Deployment, secrets: Secrets, wanted: Redeploy, pinned: Deployable, target: Deployable
) -> NewDeployment:
    """The Deployment with the values of ``wanted`` over its own, on ``target``: ``pinned``, which
    it runs now, or what its Connector has become.

    Raises an ``ExceptionGroup`` of everything wrong.
    """
    merged = _merged(current, secrets, wanted, pinned, target)
    merged_global = _merged_global(secrets, wanted, target)
    found = [
        *_wrong_applications(current, wanted),
        *_wrong_target(current, target, merged),
        *(problem for one in merged for problem in overrides.problems(target, one)),
    ]
    if merged:
        declared = target.connector
        found += problems(
            declared.configurations, declared.global_configuration, merged, merged_global
        )
    if found:
        raise ExceptionGroup("The Deployment cannot be deployed again", found)
    known = {one.application_name: one for one in current.applications}
    parts = assemble(target, merged, merged_global, known)
    deployment = replace(
        _begun(current),
        connector=target.connector,
        global_configuration=parts.global_configuration,
        applications=parts.applications,
        rollback_revision=None,
    )
    return NewDeployment(deployment, Secrets(parts.environments, secrets.api_client))


def rollback(
    current: Deployment, number: int, revision: Deployment, serving: int | None
) -> Deployment:
    """The Deployment as it was in revision ``number``, as a new version of it (facts 2.8).

    ``serving`` is the revision that runs now. Raises ``DeploymentRollbackNotAllowedError``.
    """
    if current.status in BUSY:
        cause = f"it is {current.status.lower()}"
        raise DeploymentRollbackNotAllowedError(current.id, current.key, number, cause)
    if number == serving and current.status is DeploymentStatus.DEPLOYED:
        cause = "that is the one it runs"
        raise DeploymentRollbackNotAllowedError(current.id, current.key, number, cause)
    return replace(
        _begun(current),
        connector=revision.connector,
        global_configuration=revision.global_configuration,
        applications=revision.applications,
        rollback_revision=number,
    )


def _begun(current: Deployment) -> Deployment:
    """A new build and report begin (facts 6); the addresses stay."""
    return replace(
        current,
        version=current.version + 1,
        status=DeploymentStatus.DEPLOYING,
        details=Details(),
    )


def _wrong_applications(current: Deployment, wanted: Redeploy) -> Iterator[ConnectError]:
    if wanted.configuration_values is None:
        return
    if not wanted.configuration_values:
        yield DeploymentApplicationRequiredError()
    known = {one.application_name for one in current.applications}
    for values in wanted.configuration_values:
        if values.application_name not in known:
            yield DeploymentApplicationDoNotBelongError(
                current.id, current.key, values.application_name
            )


def _wrong_target(
    current: Deployment, target: Deployable, merged: tuple[ApplicationValues, ...]
) -> Iterator[ConnectError]:
    if not region_is_supported(current.deployed_region, target):
        cause = f"it does not support the region {current.deployed_region} any more"
        yield update_failure(current, cause)
    if not merged:
        cause = "it has none of the applications of the Deployment any more"
        yield update_failure(current, cause)


def _merged(
    current: Deployment, secrets: Secrets, wanted: Redeploy, pinned: Deployable, target: Deployable
) -> tuple[ApplicationValues, ...]:
    """Deployed values under the given ones; an application its Connector dropped goes."""
    variables = {one.application_name: one.variables for one in secrets.applications}
    declared = {one.application_name: one for one in target.connector.configurations}
    merged = list[ApplicationValues]()
    for application in current.applications:
        name = application.application_name
        if name not in declared:
            continue
        for given in _given(name, wanted):
            known = variables.get(name, {})
            merged.append(
                replace(
                    _overridden(application, given, pinned),
                    standard_configuration=_kept(
                        declared[name].standard_configuration, known, given.standard_configuration
                    ),
                    secured_configuration=_kept(
                        declared[name].secured_configuration, known, given.secured_configuration
                    ),
                )
            )
    return tuple(merged)


def _given(name: str, wanted: Redeploy) -> list[ApplicationValues]:
    """What is sent for this application; twice the same name is found out later."""
    sent = [one for one in wanted.configuration_values or () if one.application_name == name]
    return sent or [ApplicationValues(application_name=name)]


def _overridden(
    application: ApplicationDeployment, given: ApplicationValues, pinned: Deployable
) -> ApplicationValues:
    """A schedule or policy that was set against the connect.yaml of its time stays set."""
    plain = ApplicationValues(application_name=application.application_name)
    schedule, policy = given.schedule, given.retry_policy
    if application.schedule != overrides.schedule(pinned, plain):
        schedule = schedule or application.schedule
    if application.retry_policy != overrides.retry_policy(pinned, plain):
        policy = policy or application.retry_policy
    return replace(given, schedule=schedule, retry_policy=policy)


def _merged_global(secrets: Secrets, wanted: Redeploy, target: Deployable) -> GlobalValues:
    """Every application has the global values among its own: no key can be both (facts 3.3)."""
    declared = target.connector.global_configuration
    given = wanted.global_configuration or GlobalValues()
    if declared is None:
        return given
    known: dict[str, str] = {}
    for one in secrets.applications:
        known = one.variables | known
    return GlobalValues(
        standard_configuration=_kept(
            declared.standard_configuration, known, given.standard_configuration
        ),
        secured_configuration=_kept(
            declared.secured_configuration, known, given.secured_configuration
        ),
    )


def _kept(
    declared: tuple[ConfigurationKey, ...], known: Mapping[str, str], given: Values
) -> Values:
    """Facts 2.7: a key that is left out keeps its deployed value."""
    sent = {one.key for one in given}
    kept = (
        ConfigurationValue(key=one.key, value=known[one.key])
        for one in declared
        if one.key in known and one.key not in sent
    )
    return (*kept, *given)
