"""The entries of a deployment report (facts 6): titles as on the platform. Pure."""

from connectory.connectors.model import ReportEntry, ReportEntryType
from connectory.deployments.model import Deployment
from connectory.deployments.progress import with_entry
from connectory.durable import Rejected
from connectory.wire import now, timestamp


def unhealthy(application: str, refusal: Rejected) -> ReportEntry:
    title = f"Health check for application {application} failed"
    return _entry(ReportEntryType.ERROR, title, refusal.message, application)


def unprepared(application: str, refusal: Rejected) -> ReportEntry:
    title = f"Application {application} cannot be run"
    return _entry(ReportEntryType.ERROR, title, refusal.message, application)


def not_attested(application: str, artifact: str, why: str) -> ReportEntry:
    return _entry(
        ReportEntryType.ERROR,
        f"Artifact of application {application} cannot be trusted",
        "The platform failed, not the Connector: it runs only what it can show that it built from "
        f"the Connector's commit, and {artifact} does not match: {why}\n"
        "Fix: tell the operator. Publishing the Connector (or requesting its preview) again makes "
        "artifacts that match; then deploy again.",
        application,
    )


def not_built(application: str) -> ReportEntry:
    return _entry(
        ReportEntryType.ERROR,
        f"Application {application} has no build",
        "The build of this Connector version holds nothing to run for this application.\n"
        "Fix: publish the Connector (or request its preview) again, then deploy again.",
        application,
    )


def unbuildable(application: str, refusal: Rejected) -> ReportEntry:
    title = f"Application {application} cannot be built"
    return _entry(ReportEntryType.ERROR, title, refusal.message, application)


def platform_failed(process: str) -> ReportEntry:
    return _entry(
        ReportEntryType.ERROR,
        f"{process} failed",
        "The platform failed, not the Connector; the operator finds the cause in the platform's "
        "own log. Try again, or tell the operator.",
        None,
    )


def noted(deployment: Deployment, run_id: str, entry: ReportEntry) -> Deployment:
    """The Deployment with the entry in its report, once: a step may run twice."""
    build = deployment.details.build
    known = build.report.entries if build and build.report and build.id == run_id else ()
    if any((one.title, one.application) == (entry.title, entry.application) for one in known):
        return deployment
    return with_entry(deployment, run_id, entry)


def _entry(kind: ReportEntryType, title: str, message: str, application: str | None) -> ReportEntry:
    return ReportEntry(
        type=kind,
        title=title,
        message=message,
        application=application,
        created_at=timestamp(now()),
    )
