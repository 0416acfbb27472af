"""Reading and writing who may call. Secrets and tokens are kept as digests only.

Both are 256 random bits, so a plain SHA-256 gives nothing away: there is no dictionary to try.
"""

import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from connectory.auth.model import ApiClient, Caller, Organization, Project, StandIn, Token
from connectory.database.schema import metadata
from connectory.errors import DuplicateFieldError
from connectory.wire import now, timestamp

organizations = Table(
    "organizations",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("key", String(256), nullable=False, unique=True),
    Column("name", String(256), nullable=False),
)
projects = Table(
    "projects",
    metadata,
    Column("key", String(36), primary_key=True),
    Column("organization_id", ForeignKey("organizations.id"), nullable=False),
    Column("region", String(64), nullable=False),
    Column("production", Boolean, nullable=False),
    Column("stand_in", String),
)
api_clients = Table(
    "api_clients",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project_key", ForeignKey("projects.key"), nullable=False),
    Column("name", String(256), nullable=False),
    Column("scopes", String, nullable=False),
    Column("secret_digest", String(64), nullable=False),
    Column("created_at", String(24), nullable=False),
)
tokens = Table(
    "tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("client_id", ForeignKey("api_clients.id"), nullable=False),
    Column("scopes", String, nullable=False),
    Column("expires_at", Float, nullable=False),
)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create_organization(connection: Connection, key: str, name: str) -> Organization:
    organization = Organization(id=str(uuid.uuid4()), key=key, name=name)
    connection.execute(insert(organizations).values(**vars(organization)))
    return organization


def organization_with_key(connection: Connection, key: str) -> Organization | None:
    row = (
        connection.execute(select(organizations).where(organizations.c.key == key))
        .mappings()
        .first()
    )
    return Organization(**row) if row else None


def organization_with_id(connection: Connection, id: str) -> Organization:  # noqa: A002
    row = connection.execute(select(organizations).where(organizations.c.id == id)).mappings().one()
    return Organization(**row)


def all_organizations(connection: Connection) -> tuple[Organization, ...]:
    rows = connection.execute(select(organizations).order_by(organizations.c.key)).mappings()
    return tuple(Organization(**row) for row in rows)


def create_project(connection: Connection, project: Project) -> Project:
    """Raises ``DuplicateFieldError`` when the key is taken."""
    if project_with_key(connection, project.key):
        raise DuplicateFieldError("key", project.key)
    values = vars(project) | {"stand_in": _written(project.stand_in)}
    connection.execute(insert(projects).values(**values))
    return project


def project_with_key(connection: Connection, key: str) -> Project | None:
    row = connection.execute(select(projects).where(projects.c.key == key)).first()
    return _project(row) if row else None


def projects_of(connection: Connection, organization_id: str) -> tuple[Project, ...]:
    """Every Project of an organization, by key."""
    rows = connection.execute(
        select(projects)
        .where(projects.c.organization_id == organization_id)
        .order_by(projects.c.key)
    )
    return tuple(_project(row) for row in rows)


def set_production(connection: Connection, key: str, production: bool) -> None:
    connection.execute(update(projects).where(projects.c.key == key).values(production=production))


def set_stand_in(connection: Connection, key: str, stand_in: StandIn | None) -> None:
    connection.execute(
        update(projects).where(projects.c.key == key).values(stand_in=_written(stand_in))
    )


def create_api_client(
    connection: Connection, project_key: str, name: str, scopes: tuple[str, ...]
) -> tuple[ApiClient, str]:
    """A new API client and its secret, which is not kept anywhere."""
    created = timestamp(now())
    client = ApiClient(secrets.token_urlsafe(18), project_key, name, scopes, created)
    secret = secrets.token_urlsafe(32)
    connection.execute(
        insert(api_clients).values(
            id=client.id,
            project_key=project_key,
            name=name,
            scopes=" ".join(scopes),
            secret_digest=digest(secret),
            created_at=created,
        )
    )
    return client, secret


def api_clients_of(connection: Connection, project_keys: Iterable[str]) -> tuple[ApiClient, ...]:
    """Every API client of these Projects, the newest first."""
    rows = connection.execute(
        select(api_clients)
        .where(api_clients.c.project_key.in_(tuple(project_keys)))
        .order_by(api_clients.c.created_at.desc(), api_clients.c.id)
    )
    return tuple(_api_client(row) for row in rows)


def api_client_with_id(connection: Connection, client_id: str) -> ApiClient | None:
    row = connection.execute(select(api_clients).where(api_clients.c.id == client_id)).first()
    return _api_client(row) if row else None


def set_scopes(connection: Connection, client_id: str, scopes: tuple[str, ...]) -> None:
    """The API client gets these scopes; tokens it has keep theirs until they expire."""
    connection.execute(
        update(api_clients).where(api_clients.c.id == client_id).values(scopes=" ".join(scopes))
    )


def delete_api_client(connection: Connection, client_id: str) -> None:
    """The API client and its tokens are void at once; an unknown one changes nothing."""
    connection.execute(delete(tokens).where(tokens.c.client_id == client_id))
    connection.execute(delete(api_clients).where(api_clients.c.id == client_id))


def authenticate(connection: Connection, client_id: str, secret: str) -> ApiClient | None:
    """The API client with these credentials, or None. Takes as long for an unknown id."""
    row = connection.execute(select(api_clients).where(api_clients.c.id == client_id)).first()
    known = row.secret_digest if row else digest("")
    if not hmac.compare_digest(known, digest(secret)) or row is None:
        return None
    return _api_client(row)


def issue_token(
    connection: Connection, client: ApiClient, scopes: tuple[str, ...], lifetime: int
) -> Token:
    """A fresh access token, valid for ``lifetime`` seconds. Expired ones are cleared on the way."""
    value, moment = secrets.token_urlsafe(32), time.time()
    connection.execute(delete(tokens).where(tokens.c.expires_at < moment))
    connection.execute(
        insert(tokens).values(
            digest=digest(value),
            client_id=client.id,
            scopes=" ".join(scopes),
            expires_at=moment + lifetime,
        )
    )
    return Token(value=value, expires_in=lifetime, scopes=scopes)


def caller_with_token(connection: Connection, value: str) -> Caller | None:
    """Who holds this token, or None when it is unknown or expired."""
    row = connection.execute(
        select(tokens, api_clients.c.project_key, projects)
        .join(api_clients, tokens.c.client_id == api_clients.c.id)
        .join(projects, projects.c.key == api_clients.c.project_key)
        .where(tokens.c.digest == digest(value), tokens.c.expires_at > time.time())
    ).first()
    return _caller(row) if row else None


def _api_client(row: Row[Any]) -> ApiClient:
    scopes = tuple(row.scopes.split())
    return ApiClient(row.id, row.project_key, row.name, scopes, row.created_at)


def _caller(row: Row[Any]) -> Caller:
    return Caller(row.client_id, _project(row), frozenset(row.scopes.split()), row.expires_at)


def _project(row: Row[Any]) -> Project:
    stand_in = msgspec.json.decode(row.stand_in, type=StandIn) if row.stand_in else None
    return Project(row.key, row.organization_id, row.region, row.production, stand_in)


def _written(stand_in: StandIn | None) -> str | None:
    return msgspec.json.encode(stand_in).decode() if stand_in else None
