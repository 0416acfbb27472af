"""What does not match, where, and what that means."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """One for each way in which a proof can fail."""

    UNREADABLE = "unreadable"
    PAYLOAD_TYPE = "payload-type"
    SIGNATURE = "signature"
    KEY_UNTRUSTED = "key-untrusted"
    KEY_EXPIRED = "key-expired"
    KEY_FALSE = "key-false"
    STATEMENT = "statement"
    SUBJECT = "subject"
    REPORT = "report"
    CHECKLIST = "checklist"
    SOURCE = "source"
    ATTESTATION_MISSING = "attestation-missing"
    PROVENANCE = "provenance"
    BUILDER = "builder"
    SBOM = "sbom"
    LOG_PROOF = "log-proof"
    LOG_TIME = "log-time"
    LOG_FORK = "log-fork"
    LOG_ENTRY = "log-entry"
    LOG_GAP = "log-gap"
    ARTIFACT_MISSING = "artifact-missing"
    ARTIFACT_UNKNOWN = "artifact-unknown"
    ARTIFACT_MANIFEST = "artifact-manifest"
    ARTIFACT_CONFIG = "artifact-config"
    ARTIFACT_LAYER = "artifact-layer"
    ARTIFACT_LAYOUT = "artifact-layout"


@dataclass(frozen=True)
class Problem:
    """``where`` is a path into the bundle, or the digest or name of a blob."""

    fault: Fault
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ({self.fault})"
