"""How a running pipeline changes a draft: reports grow, states move. Pure; ``store`` writes."""

from connectory.connectors.model import (
    CertificationComment,
    CertificationInfo,
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


def in_certification(staged: ConnectorStaged) -> ConnectorStaged:
    """A reviewer has taken it up (facts 14.1 row 3)."""
    status = ConnectorStatus.IN_CERTIFICATION
    return replace(staged, version=staged.version + 1, status=status)


def certified(staged: ConnectorStaged) -> ConnectorStaged:
    """The reviewer has granted it: public, listed, equal to its Connector (facts 8)."""
    return replace(published(staged), private=False)


def review_withdrawn(staged: ConnectorStaged, *, released: bool) -> ConnectorStaged:
    """As before the publish was asked for. ``released``: a version of it is published."""
    status = ConnectorStatus.PUBLISHED if released else ConnectorStatus.DRAFT
    return replace(staged, version=staged.version + 1, status=status)


def commented(staged: ConnectorStaged, said: CertificationComment) -> ConnectorStaged:
    """A word from a reviewer."""
    return replace(with_comment(staged, said), version=staged.version + 1)


def with_comment(staged: ConnectorStaged, said: CertificationComment) -> ConnectorStaged:
    """At the end of all that reviewers and creators have said."""
    known = staged.certification_info.comments if staged.certification_info else ()
    return replace(staged, certification_info=CertificationInfo(comments=(*known, said)))


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
