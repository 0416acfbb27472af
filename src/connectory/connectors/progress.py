"""How a running pipeline changes a draft: reports grow, states move. Pure; ``store`` writes."""

from connectory.connectors.model import (
    Connector,
    ConnectorStaged,
    ConnectorStatus,
    IsPreviewable,
    Report,
    ReportEntry,
)
from connectory.wire import replace


def with_publishing_entry(staged: ConnectorStaged, entry: ReportEntry) -> ConnectorStaged:
    report = _grown(staged.publishing_report, entry)
    return replace(staged, version=staged.version + 1, publishing_report=report)


def with_previewable_entry(staged: ConnectorStaged, entry: ReportEntry) -> ConnectorStaged:
    report = _grown(staged.previewable_report, entry)
    return replace(staged, version=staged.version + 1, previewable_report=report)


def previewed(staged: ConnectorStaged, passed: bool) -> ConnectorStaged:
    """The end of a preview run (facts 7.4)."""
    verdict = IsPreviewable.TRUE if passed else IsPreviewable.FALSE
    return replace(staged, version=staged.version + 1, is_previewable=verdict)


def published(staged: ConnectorStaged) -> ConnectorStaged:
    """A successful private publish: equal to its Connector again (facts 1.4, 1.6)."""
    return replace(
        staged,
        version=staged.version + 1,
        status=ConnectorStatus.PUBLISHED,
        private=True,
        already_listed=True,
        has_changes=False,
    )


def ready_for_certification(staged: ConnectorStaged) -> ConnectorStaged:
    """The automatic checks passed; a person's review comes next."""
    status = ConnectorStatus.READY_FOR_CERTIFICATION
    return replace(staged, version=staged.version + 1, status=status)


def failed(staged: ConnectorStaged) -> ConnectorStaged:
    return replace(staged, version=staged.version + 1, status=ConnectorStatus.FAILED)


def released(staged: ConnectorStaged, version: int, *, certified: bool) -> Connector:
    """The Connector this draft is published as: same id and key (facts 2.4)."""
    return Connector(
        id=staged.id,
        key=staged.key,
        version=version,
        name=staged.name,
        description=staged.description,
        integration_types=staged.integration_types,
        creator=staged.creator,
        repository=staged.repository,
        configurations=staged.configurations,
        global_configuration=staged.global_configuration,
        api_client=staged.api_client,
        private=staged.private,
        supported_regions=staged.supported_regions,
        certified=certified,
        documentation_url=staged.documentation_url,
    )


def _grown(report: Report | None, entry: ReportEntry) -> Report:
    return Report(entries=(*(report.entries if report else ()), entry))
