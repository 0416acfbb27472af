"""README, logo and findings of a commit, kept when it is published: a page view fetches nothing."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, insert, select

from connectory.connectors.store import connector_with
from connectory.database.schema import metadata
from connectory.events import DraftDeleted
from connectory.marketplace.model import FindingsSummary, Readme
from connectory.wire import encode

connector_presentations = Table(
    "connector_presentations",
    metadata,
    Column("connector_id", String(36), primary_key=True),
    Column("commit", String(64), primary_key=True),
    Column("readme_path", String),
    Column("readme", String),
    Column("logo_type", String(16)),
    Column("logo_digest", String(64)),
    Column("logo", LargeBinary),
    Column("findings", String, nullable=False),
)


class Logo(NamedTuple):
    """``digest`` is the SHA-256 of ``content``, in hexadecimal digits."""

    type: str
    digest: str
    content: bytes


class Presentation(NamedTuple):
    """What is kept of one commit of a connector."""

    readme: Readme | None
    logo: Logo | None
    findings: FindingsSummary


class Shown(NamedTuple):
    """What a page says of it; the logo is an address of its own."""

    readme: Readme | None
    logo: str | None
    findings: FindingsSummary


def keep(connection: Connection, connector_id: str, commit: str, shown: Presentation) -> None:
    """A second time replaces the first. What belongs to neither this commit nor the published one
    goes: it was for a review that is over."""
    table = connector_presentations
    found = connector_with(connection, id=connector_id)
    live = {found.build.commit} - {commit} if found else set()
    others = table.c.commit.not_in(live)
    connection.execute(delete(table).where(table.c.connector_id == connector_id, others))
    readme, logo = shown.readme, shown.logo
    connection.execute(
        insert(table).values(
            connector_id=connector_id,
            commit=commit,
            readme_path=readme.path if readme else None,
            # PostgreSQL's text cannot hold the character zero
            readme=readme.html.replace("\0", "") if readme else None,
            logo_type=logo.type if logo else None,
            logo_digest=logo.digest if logo else None,
            logo=logo.content if logo else None,
            findings=encode(shown.findings).decode(),
        )
    )


def forget(connection: Connection, event: DraftDeleted) -> None:
    """The connector is gone, with all that was shown of it."""
    table = connector_presentations
    connection.execute(delete(table).where(table.c.connector_id == event.resource_id))


def shown_of(connection: Connection, connector_id: str, commit: str) -> Shown | None:
    """None for what was published before anything was kept."""
    table = connector_presentations
    row = connection.execute(
        select(table.c.readme_path, table.c.readme, table.c.logo_digest, table.c.findings).where(
            table.c.connector_id == connector_id, table.c.commit == commit
        )
    ).first()
    if row is None:
        return None
    findings = msgspec.json.decode(row.findings, type=FindingsSummary)
    readme = None if row.readme is None else Readme(path=row.readme_path, html=row.readme)
    return Shown(readme, row.logo_digest, findings)


def logo_of(connection: Connection, connector_id: str, commit: str) -> Logo | None:
    table = connector_presentations
    row = connection.execute(
        select(table.c.logo_type, table.c.logo_digest, table.c.logo).where(
            table.c.connector_id == connector_id, table.c.commit == commit
        )
    ).first()
    return Logo(row.logo_type, row.logo_digest, row.logo) if row and row.logo else None


def logos_of(connection: Connection, commits: dict[str, str]) -> dict[str, str]:
    """The digests of logos by connector, for the commits given by connector."""
    table = connector_presentations
    rows = connection.execute(
        select(table.c.connector_id, table.c.commit, table.c.logo_digest).where(
            table.c.connector_id.in_(commits), table.c.logo_digest.is_not(None)
        )
    )
    return {
        row.connector_id: row.logo_digest for row in rows if commits[row.connector_id] == row.commit
    }
