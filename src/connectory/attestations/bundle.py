"""A certificate and all it rests on, in one file that is checked anywhere, without a network."""

from typing import Any

import msgspec

from connectory.attestations.certificate import Certificate, Item
from connectory.attestations.documents import canonical, decoded, digest_of
from connectory.attestations.envelope import Envelope
from connectory.attestations.keys import PublicKey
from connectory.attestations.proofs import Inclusion
from connectory.attestations.statement import Statement
from connectory.wire import Wire

FORMAT = "connectory-certificate/1"

Certified = Statement[Certificate]


class Attested(Wire):
    """What is known of one artifact: its provenance, signed, and the bill of materials that the
    provenance names."""

    artifact: str
    provenance: Envelope
    sbom: dict[str, Any]


class Bundle(Wire, tag_field="format", tag=FORMAT):
    """``report`` is the full report as it is shown, ``keys`` the public keys that signed: to look
    at, not to trust."""

    certificate: Envelope
    attestations: tuple[Attested, ...]
    checklist: tuple[Item, ...]
    report: dict[str, Any]
    log: Inclusion
    keys: tuple[PublicKey, ...]

    def attested(self, artifact: str) -> Attested | None:
        return next((one for one in self.attestations if one.artifact == artifact), None)


def to_json(bundle: Bundle) -> bytes:
    """Indented: people read it too. No meaning is in the blanks."""
    return msgspec.json.format(canonical(bundle), indent=2) + b"\n"


def from_json(data: bytes) -> Bundle:
    """Raises ``Malformed``."""
    return decoded(data, Bundle)


def attested_digests(one: Attested) -> tuple[str, str]:
    """What a certificate names of an artifact: the digests of envelope and bill of materials."""
    return digest_of(one.provenance), digest_of(one.sbom)
