"""Certificates that were issued, and all they rest on, as rows beside the reviews."""

from typing import NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    insert,
    select,
)

from connectory.attestations.bundle import Attested
from connectory.attestations.granting import Granted
from connectory.database.schema import metadata
from connectory.wire import Wire, encode

certificates = Table(
    "certificates",
    metadata,
    Column("review_id", String(36), primary_key=True),
    Column("connector_id", String(36), nullable=False),
    Column("connector_version", Integer, nullable=False),
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), nullable=False),
    Column("issued_at", String(24), nullable=False),
    Column("grounds", String, nullable=False),
    Index("ix_certificates_connector_id", "connector_id", "connector_version"),
)
"""``number`` is the entry's in the log of certificates."""


class Issued(Wire):
    """The certificate of a granted certification: its number in the log, and since when it is
    there."""

    number: int
    issued_at: str


class Grounds(Wire):
    """What a certificate is over: enough to hand it out at any time, whatever is deleted since."""

    granted: Granted
    attestations: tuple[Attested, ...]


class Kept(NamedTuple):
    """A certificate to hand out."""

    number: int
    grounds: Grounds


def keep_certificate(
    connection: Connection, review_id: str, version: int, issued: Issued, grounds: Grounds
) -> None:
    """``version`` is that of the Connector which was published by the grant."""
    connection.execute(
        insert(certificates).values(
            review_id=review_id,
            connector_id=grounds.granted.connector.id,
            connector_version=version,
            number=issued.number,
            issued_at=issued.issued_at,
            grounds=encode(grounds).decode(),
        )
    )


def issued_for(connection: Connection, review_id: str) -> Issued | None:
    """None when the review is not granted."""
    row = connection.execute(
        select(certificates.c.number, certificates.c.issued_at).where(
            certificates.c.review_id == review_id
        )
    ).first()
    return Issued(number=row.number, issued_at=row.issued_at) if row else None


def certificate_of(connection: Connection, review_id: str) -> Kept | None:
    row = connection.execute(
        select(certificates.c.number, certificates.c.grounds).where(
            certificates.c.review_id == review_id
        )
    ).first()
    return _kept(row.number, row.grounds) if row else None


def certificate_of_version(connection: Connection, connector_id: str, version: int) -> Kept | None:
    """That of one published version; None for one that is not certified."""
    row = connection.execute(
        select(certificates.c.number, certificates.c.grounds).where(
            certificates.c.connector_id == connector_id,
            certificates.c.connector_version == version,
        )
    ).first()
    return _kept(row.number, row.grounds) if row else None


def _kept(number: int, grounds: str) -> Kept:
    return Kept(number, msgspec.json.decode(grounds, type=Grounds))
