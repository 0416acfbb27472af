"""Everything that the page of a listed Connector shows."""

from sqlalchemy import ColumnElement, Connection, select

from connectory.certification.certificates import certificates
from connectory.connectors.model import BuiltApplication
from connectory.connectors.search_index import connector_search
from connectory.connectors.store import connectors
from connectory.errors import ResourceNotFoundError
from connectory.marketplace.changes import changes
from connectory.marketplace.links import repository_page, web
from connectory.marketplace.model import (
    ListedApplication,
    ListedCertificate,
    ListedVersion,
    Listing,
    Readme,
)
from connectory.marketplace.presentation import Logo, logo_of, shown_of
from connectory.marketplace.published import Published, maker, published
from connectory.marketplace.readme import sanitized
from connectory.wire import replace

MOST_VERSIONS = 20
REVIEWER = "reviewer"
DOCUMENTS = "/platform/connectors"


def listing(
    connection: Connection,
    *,
    id: str | None = None,  # noqa: A002
    key: str | None = None,
) -> Listing:
    """Raises ``ResourceNotFoundError`` for what is not listed, as for what is not there."""
    latest = _listed(connection, id, key)
    connector, build = latest.connector, latest.build
    shown = shown_of(connection, connector.id, build.commit)
    return Listing(
        id=connector.id,
        key=connector.key,
        version=connector.version,
        name=connector.name,
        description=connector.description,
        integration_types=connector.integration_types,
        creator=maker(connector.creator),
        documentation_url=web(connector.documentation_url),
        repository=repository_page(connector.repository.url),
        tag=connector.repository.tag,
        commit=build.commit,
        supported_regions=connector.supported_regions,
        certified=connector.certified,
        published_at=latest.published_at,
        logo=shown.logo if shown else None,
        applications=tuple(_application(connector.id, one) for one in build.applications),
        configurations=connector.configurations,
        global_configuration=connector.global_configuration,
        scopes=connector.api_client.scopes if connector.api_client else (),
        versions=versions(connection, connector.id),
        certificate=_certificate(connection, latest),
        readme=_safe(shown.readme) if shown and shown.readme else None,
        findings=shown.findings if shown else None,
    )


def logo(connection: Connection, id: str) -> Logo:  # noqa: A002
    """The logo of the listed version. Raises ``ResourceNotFoundError``."""
    found = logo_of(connection, id, _listed(connection, id, None).build.commit)
    if found is None:
        raise ResourceNotFoundError("Logo", id=id)
    return found


def versions(connection: Connection, id: str) -> tuple[ListedVersion, ...]:  # noqa: A002
    """The public versions, the newest first; private ones in between are nobody's business."""
    rows = connection.execute(
        select(connectors)
        .where(connectors.c.id == id, connectors.c.private.is_(False))
        .order_by(connectors.c.version.desc())
        .limit(MOST_VERSIONS + 1)
    )
    found = [published(row) for row in rows]
    before: list[Published | None] = [*found[1:], None]
    pairs = zip(found, before, strict=True)
    return tuple(_version(one, earlier) for one, earlier in pairs)[:MOST_VERSIONS]


def _listed(connection: Connection, id_: str | None, key: str | None) -> Published:
    named: ColumnElement[bool] = connectors.c.id == id_ if id_ else connectors.c.key == key
    row = connection.execute(
        select(connectors)
        .join(connector_search, connector_search.c.connector_id == connectors.c.id)
        .where(named, connectors.c.latest, connector_search.c.listed)
    ).first()
    if row is None:
        raise ResourceNotFoundError("Connector", id=id_, key=key)
    return published(row)


def _application(connector_id: str, built: BuiltApplication) -> ListedApplication:
    where = f"{DOCUMENTS}/{connector_id}/sboms/{built.name}.json"
    return ListedApplication(
        name=built.name,
        type=built.type,
        endpoint=built.endpoint,
        schedule=built.schedule,
        sbom=where if built.artifact else None,
    )


def _version(one: Published, before: Published | None) -> ListedVersion:
    changed = (
        changes((before.connector, before.build), (one.connector, one.build)) if before else None
    )
    return ListedVersion(
        version=one.connector.version,
        tag=one.connector.repository.tag,
        commit=one.build.commit,
        published_at=one.published_at,
        changes=changed,
    )


def _certificate(connection: Connection, latest: Published) -> ListedCertificate | None:
    """Of the version that is listed: an earlier one says nothing about it."""
    connector, table = latest.connector, certificates
    row = connection.execute(
        select(table.c.number, table.c.issued_at).where(
            table.c.connector_id == connector.id, table.c.connector_version == connector.version
        )
    ).first()
    if row is None:
        return None
    return ListedCertificate(
        number=row.number,
        issued_at=row.issued_at,
        commit=latest.build.commit,
        reviewer=REVIEWER,
        document=f"{DOCUMENTS}/{connector.id}/certificate.json",
    )


def _safe(readme: Readme) -> Readme:
    """As it was kept, by the rules of today."""
    return replace(readme, html=sanitized(readme.html))
