"""The names that clients know: the contract's, where a struct of ours is called differently.

Keyed by the structs themselves, so a struct that is renamed keeps its name in the document; that
every type of the contract has its name there is checked by ``tests/contract/test_types.py``.
"""

from typing import Any, get_args

from connectory.api.deployments import LogAnswer
from connectory.attestations import bundle, certificate, envelope, keys, proofs
from connectory.certification import (
    certificates,
    checklist,
    deciding,
    difference,
    evidence,
    review,
    store,
)
from connectory.connectors import model as connectors
from connectory.connectors.actions import UpdateAction
from connectory.deployments import model as deployments
from connectory.hosting.lines import Severity
from connectory.marketplace import model as marketplace
from connectory.regions import ProjectIdentifier

NAMES: dict[type, str] = {
    **{one: f"Connector{one.__name__}Action" for one in get_args(UpdateAction)},
    bundle.Attested: "CertificateAttestation",
    bundle.Bundle: "CertificateBundle",
    certificate.Item: "CertificateItem",
    certificates.Issued: "CertificationCertificate",
    envelope.Envelope: "CertificateEnvelope",
    envelope.Signature: "CertificateSignature",
    keys.KeyRing: "CertificateKeys",
    keys.PublicKey: "CertificateKey",
    proofs.Consistency: "CertificateConsistency",
    proofs.Inclusion: "CertificateInclusion",
    checklist.Kind: "CertificationRequirementKind",
    checklist.Observation: "CertificationObservation",
    checklist.Sight: "CertificationSight",
    deciding.Line: "CertificationRequirement",
    difference.DependencyChange: "CertificationDependencyChange",
    difference.Difference: "CertificationDifference",
    difference.FindingChange: "CertificationFindingChange",
    difference.KeyChange: "CertificationKeyChange",
    evidence.Change: "CertificationChange",
    evidence.FileChange: "CertificationFileChange",
    review.Answer: "CertificationRequirementAnswer",
    review.Decided: "CertificationRequirementDecided",
    review.Review: "CertificationReview",
    review.ReviewState: "CertificationState",
    review.Verdict: "CertificationVerdict",
    store.ReviewEvent: "CertificationEvent",
    connectors.ApplicationConfiguration: "ConnectorConfigurationApplication",
    connectors.CertificationComment: "CertificationInfoComment",
    connectors.ConfigurationKey: "StandardConfigurationKey",
    connectors.GlobalConfiguration: "ConnectorGlobalConfiguration",
    connectors.Report: "ConnectorReport",
    connectors.ReportEntry: "ConnectorReportEntry",
    connectors.ReportEntryType: "ConnectorReportEntryType",
    deployments.ApplicationValues: "DeploymentConfigurationApplication",
    deployments.Details: "DeploymentDetails",
    deployments.DetailsBuild: "DeploymentDetailsBuild",
    deployments.GlobalValues: "DeploymentGlobalConfiguration",
    deployments.Redeploy: "DeploymentRedeployAction",
    deployments.RevisionApplication: "DeploymentRevisionApplication",
    deployments.RevisionConnector: "DeploymentRevisionConnector",
    marketplace.ApplicationChange: "MarketplaceApplicationChange",
    marketplace.Card: "MarketplaceCard",
    marketplace.Changes: "MarketplaceChanges",
    marketplace.CheckSummary: "MarketplaceCheck",
    marketplace.ConfigurationChange: "MarketplaceConfigurationChange",
    marketplace.FindingsSummary: "MarketplaceFindings",
    marketplace.ListedApplication: "MarketplaceApplication",
    marketplace.ListedCertificate: "MarketplaceCertificate",
    marketplace.ListedVersion: "MarketplaceVersion",
    marketplace.Listing: "MarketplaceConnector",
    marketplace.Maker: "MarketplaceCreator",
    marketplace.Readme: "MarketplaceReadme",
    marketplace.ShownException: "MarketplaceException",
    LogAnswer: "DeploymentLogCursorPagedQueryResponse",
    Severity: "DeploymentLogSeverity",
}
STRICTER: dict[type, type] = {deployments.ShownGlobalValues: deployments.GlobalValues}
"""Structs of answers that always have what the same type of the contract makes optional."""

PAGES: dict[type, str] = {
    connectors.Connector: "ConnectorSearch",
    review.Review: "CertificationReview",
}
"""What a page is named after, where it is not what it lists."""

ALIASES: dict[str, Any] = {
    "ConnectorUpdateAction": UpdateAction,
    "DeploymentUpdateAction": deployments.Redeploy,
    "ProjectIdentifier": ProjectIdentifier,
}
"""Types of the contract that are no struct: wherever they stand, they are referred to by name."""

SECURED = {"StandardConfigurationKey": "SecuredConfigurationKey"}
SPLITS: dict[tuple[str, str], dict[str, str]] = {
    ("ConnectorConfigurationApplication", "securedConfiguration"): SECURED,
    ("ConnectorGlobalConfiguration", "securedConfiguration"): SECURED,
    ("DeploymentConnector", "creator"): {"Creator": "DeploymentCreator"},
    ("DeploymentDetailsBuild", "report"): {
        f"Connector{name}": f"Deployment{name}"
        for name in ("Report", "ReportEntry", "ReportEntryType")
    },
}
"""One struct of ours, two types of the contract: by schema and property, the other type's names."""

NEVER: dict[str, tuple[str, ...]] = {"SecuredConfigurationKey": ("default",)}
"""Properties that only the other type has."""


def schema_name(kind: type) -> str:
    """What the schema of a struct or an enumeration is called."""
    kind = STRICTER.get(kind, kind)
    return NAMES.get(kind, kind.__name__)
