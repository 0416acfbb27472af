"""How a running pipeline changes a Deployment. Pure; ``store`` writes."""

from collections.abc import Mapping

from connectory.connectors.model import Report, ReportEntry
from connectory.deployments.errors import DeploymentInvalidStatusTransitionError
from connectory.deployments.model import Deployment, DeploymentStatus, Details, DetailsBuild
from connectory.wire import replace


def with_entry(deployment: Deployment, run_id: str, entry: ReportEntry) -> Deployment:
    """One more report entry under the build ``run_id``; a new run begins a new report."""
    build = deployment.details.build
    known = build.report.entries if build and build.report and build.id == run_id else ()
    details = Details(build=DetailsBuild(id=run_id, report=Report(entries=(*known, entry))))
    return replace(deployment, version=deployment.version + 1, details=details)


def serving_at(
    deployment: Deployment, run_id: str, urls: Mapping[str, str], topics: Mapping[str, str]
) -> Deployment:
    """Every application runs, its scripts are still to come; both mappings by application name.

    The build is named even when there was nothing to report: the contract requires it, and the
    official CLI reads ``details.build.report`` of every Deployment that has ended.
    """
    build = deployment.details.build
    if build is None or build.id != run_id:
        deployment = replace(deployment, details=Details(build=DetailsBuild(id=run_id)))
    applications = tuple(
        replace(
            one,
            url=urls.get(one.application_name, one.url),
            topic=topics.get(one.application_name),
        )
        for one in deployment.applications
    )
    return replace(deployment, version=deployment.version + 1, applications=applications)


def deployed(deployment: Deployment) -> Deployment:
    return _moved(deployment, DeploymentStatus.DEPLOYED)


def failed(deployment: Deployment) -> Deployment:
    return _moved(deployment, DeploymentStatus.FAILED)


def undeploying(deployment: Deployment) -> Deployment:
    """Asked to go. Raises ``DeploymentInvalidStatusTransitionError`` when it already is going."""
    if deployment.status is DeploymentStatus.UNDEPLOYING:
        raise DeploymentInvalidStatusTransitionError("Already undeploying")
    return _moved(deployment, DeploymentStatus.UNDEPLOYING)


def undeploy_failed(deployment: Deployment) -> Deployment:
    return _moved(deployment, DeploymentStatus.UNDEPLOY_FAILED)


def _moved(deployment: Deployment, status: DeploymentStatus) -> Deployment:
    return replace(deployment, version=deployment.version + 1, status=status)
