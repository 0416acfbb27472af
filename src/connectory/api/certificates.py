"""Certificates, bills of materials and the log: what anybody checks a Connector by.

What is about Connectors that are listed for everyone needs no token; what is about the others is
for those who may see them.
"""

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from connectory.api.answers import answer
from connectory.api.certifications import TAG, readable
from connectory.api.connectors import visible
from connectory.api.context import caller, context, path_id, query_int
from connectory.api.openapi import Access, Operation, Query
from connectory.api.reviewing import reader
from connectory.api.routing import resource
from connectory.attestations import granting, log
from connectory.attestations.attesting import attested
from connectory.attestations.bundle import Bundle, to_json
from connectory.attestations.envelope import Envelope
from connectory.attestations.keys import KeyRing, ring_to_json
from connectory.attestations.sbom import Document
from connectory.attestations.signing import trusted_keys
from connectory.auth import Caller, require
from connectory.auth.scopes import READ_CERTIFICATIONS, VIEW_CONNECTORS
from connectory.certification.certificates import Kept, certificate_of, certificate_of_version
from connectory.connectors.search_index import connector_search
from connectory.connectors.store import StoredConnector, connector_with
from connectory.errors import (
    AuthorizationError,
    GeneralError,
    InvalidTokenError,
    ResourceNotFoundError,
)
from connectory.wire import Wire

JSON, CYCLONEDX = "application/json", "application/vnd.cyclonedx+json"
LARGEST_LOG = 2**53
SINCE = Query(
    "since", int, "The size of the log in a certificate you keep: shows that this one continues it."
)
NOT_LISTED = (InvalidTokenError, AuthorizationError)
OPEN = "A Connector that is listed for everyone needs no token; others need `view_connectors`."


class CertificateLog(Wire):
    """The append-only log of certificates: how many there are, and the signed head over all of
    them, null before the first."""

    size: int
    head: Envelope | None


@Operation(
    "getCertificate",
    "The signed certificate of a granted certification, with all it rests on",
    tag=TAG,
    access=Access.PERSON,
    scopes=READ_CERTIFICATIONS,
    query=(SINCE,),
    answer=Bundle,
    description="What `connectory verify` checks, without a network.",
)
async def read(request: Request) -> Response:
    organization, review_id, since = await reader(request), path_id(request), _since(request)
    known = trusted_keys(context(request).keys)

    def work(connection: Connection) -> Bundle:
        readable(connection, review_id, organization)
        kept = certificate_of(connection, review_id)
        return _bundle(connection, known, kept, review_id, since)

    return _file(to_json(await context(request).database.read(work)), JSON)


@Operation(
    "getConnectorCertificate",
    "The signed certificate of a Connector's latest version, with all it rests on",
    tag=TAG,
    access=Access.ANYONE,
    query=(SINCE,),
    answer=Bundle,
    errors=NOT_LISTED,
    description=f"What `connectory verify` checks, without a network. {OPEN}",
)
async def read_of_connector(request: Request) -> Response:
    published, since = (await _published(request)).connector, _since(request)
    known = trusted_keys(context(request).keys)

    def work(connection: Connection) -> Bundle:
        kept = certificate_of_version(connection, published.id, published.version)
        return _bundle(connection, known, kept, published.id, since)

    return _file(to_json(await context(request).database.read(work)), JSON)


@Operation(
    "getBillOfMaterials",
    "The packages that ship with an application of a Connector, as CycloneDX 1.6",
    tag=TAG,
    access=Access.ANYONE,
    answer=Document,
    produces=CYCLONEDX,
    errors=(*NOT_LISTED, GeneralError),
    description=OPEN,
)
async def read_bill(request: Request) -> Response:
    published, platform = await _published(request), context(request)
    name = str(request.path_params["application_name"])
    built = next((one for one in published.build.applications if one.name == name), None)
    if built is None or built.artifact is None:
        raise ResourceNotFoundError("BillOfMaterials", key=name[:256])
    known, commit = trusted_keys(platform.keys), published.build.commit
    found = await attested(platform.artifacts, built.artifact, "", commit, known)
    return _file(answer(found.sbom).body, CYCLONEDX)


@Operation(
    "getCertificateLog",
    "The log of all certificates: its size and its signed head",
    tag=TAG,
    access=Access.ANYONE,
    answer=CertificateLog,
)
async def read_log(request: Request) -> Response:
    found = await context(request).database.read(
        lambda c: CertificateLog(size=log.size(c), head=log.head(c))
    )
    return answer(found)


@Operation(
    "getCertificateKeys",
    "The public keys that certificates are signed with, for `connectory verify --key`",
    tag=TAG,
    access=Access.ANYONE,
    answer=KeyRing,
)
async def read_keys(request: Request) -> Response:
    return _file(ring_to_json(trusted_keys(context(request).keys)), JSON)


async def _published(request: Request) -> StoredConnector:
    """The latest version of a Connector that is listed, or that the caller may see. Raises
    ``ResourceNotFoundError``, ``InvalidTokenError``, ``AuthorizationError``."""
    id_, database = path_id(request), context(request).database
    listed = await database.read(lambda c: _is_listed(c, id_))
    who = None if listed else await _caller(request, id_)
    return await database.read(lambda c: _seen(c, who, id_))


async def _caller(request: Request, id_: str) -> Caller:
    """For a stranger, what is not listed does not exist."""
    if not (request.scope.get("connectory.caller") or request.headers.get("authorization")):
        raise ResourceNotFoundError("Connector", id=id_)
    who = await caller(request)
    require(who, VIEW_CONNECTORS)
    return who


def _is_listed(connection: Connection, id_: str) -> bool:
    listed = select(connector_search.c.listed).where(connector_search.c.connector_id == id_)
    return bool(connection.execute(listed).scalar())


def _seen(connection: Connection, who: Caller | None, id_: str) -> StoredConnector:
    if who is not None:
        visible(connection, who, id=id_, key=None)
    found = connector_with(connection, id=id_)
    if found is None:
        raise ResourceNotFoundError("Connector", id=id_)
    return found


def _since(request: Request) -> tuple[int, ...]:
    size = query_int(request, "since", 0, 0, LARGEST_LOG)
    return (size,) if size else ()


def _bundle(
    connection: Connection, known: KeyRing, kept: Kept | None, id_: str, since: tuple[int, ...]
) -> Bundle:
    if kept is None:
        raise ResourceNotFoundError("Certificate", id=id_)
    grounds = kept.grounds
    return granting.bundle(
        connection, known, kept.number, grounds.granted, grounds.attestations, since
    )


def _file(content: bytes | memoryview, kind: str) -> Response:
    return Response(bytes(content), media_type=kind)


ROUTES = [
    resource("/platform/certifications/{id}/certificate.json", GET=read),
    resource("/platform/connectors/{id}/certificate.json", GET=read_of_connector),
    resource("/platform/connectors/{id}/sboms/{application_name}.json", GET=read_bill),
    resource("/platform/log", GET=read_log),
    resource("/platform/log/keys.json", GET=read_keys),
]
