"""From a granted certification to its signed certificate, its log entry and its bundle."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from connectory.attestations import log
from connectory.attestations.bundle import Attested, Bundle, attested_digests
from connectory.attestations.certificate import (
    Application,
    Certificate,
    Connector,
    Examined,
    Item,
    Origin,
    Person,
    answers,
    certified,
    checklist_digest,
)
from connectory.attestations.documents import digest_of
from connectory.attestations.envelope import Envelope
from connectory.attestations.keys import KeyRing
from connectory.attestations.signing import Signing
from connectory.attestations.statement import PAYLOAD, payload_of
from connectory.wire import Wire, replace


class Granted(Wire):
    """All that a certificate is over. ``applications`` name artifacts; what their attestations are
    is filled in. ``report`` is the full report's document."""

    connector: Connector
    source: Origin
    applications: tuple[Application, ...]
    checklist: tuple[Item, ...]
    report: dict[str, Any]
    reviewer: Person
    granted_at: str
    platform: str = ""


def certificate(granted: Granted, attestations: Sequence[Attested]) -> Certificate:
    """Raises ``KeyError`` for an artifact without attestations."""
    known = {one.artifact: attested_digests(one) for one in attestations}
    return Certificate(
        connector=granted.connector,
        source=granted.source,
        applications=tuple(_named(one, known) for one in granted.applications),
        report=Examined(digest=granted.report["digest"], content=digest_of(granted.report)),
        checklist=checklist_digest(granted.checklist),
        verdicts=answers(granted.checklist),
        reviewer=granted.reviewer,
        granted_at=granted.granted_at,
        platform=granted.platform,
    )


def issue(
    connection: Connection, signing: Signing, granted: Granted, attestations: Sequence[Attested]
) -> int:
    """Signs the certificate and appends it to the log; gives its number there. The same grant
    twice would be two entries: call it in the transaction that grants."""
    statement = certified(certificate(granted, attestations))
    return log.append(connection, signing, signing.sign(payload_of(statement), PAYLOAD))


def bundle(
    connection: Connection,
    known: KeyRing,
    number: int,
    granted: Granted,
    attestations: Sequence[Attested],
    since: tuple[int, ...] = (),
) -> Bundle:
    """The file to hand out, proven against the log as it is now, with those of the platform's keys
    that signed it. ``since`` are sizes of the log whose heads somebody keeps. Raises
    ``LookupError`` when there is no such entry."""
    included, entry = log.included(connection, number, since), log.entry(connection, number)
    if entry is None:
        raise LookupError(f"there is no entry {number} in the log")
    envelopes = (entry, included.head, *(one.provenance for one in attestations))
    return Bundle(
        certificate=entry,
        attestations=tuple(attestations),
        checklist=granted.checklist,
        report=granted.report,
        log=included,
        keys=tuple(one for one in known.keys if one.id in _signers(envelopes)),
    )


def _signers(envelopes: Sequence[Envelope]) -> set[str]:
    return {one.keyid for envelope in envelopes for one in envelope.signatures}


def _named(one: Application, known: dict[str, tuple[str, str]]) -> Application:
    if not one.artifact:
        return one
    provenance, sbom = known[one.artifact]
    return replace(one, provenance=provenance, sbom=sbom)
