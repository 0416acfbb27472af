"""What an administrator sets up: organizations, Projects, API clients."""

import re
from typing import NamedTuple

from sqlalchemy import Connection

from connectory.auth.model import Organization, Project
from connectory.auth.scopes import DEFAULT_SCOPES, with_project
from connectory.auth.store import (
    create_api_client,
    create_organization,
    create_project,
    organization_with_key,
    project_with_key,
)
from connectory.auth.users import create_user
from connectory.errors import InvalidJsonInputError, ResourceNotFoundError
from connectory.regions import Region
from connectory.wire import Wire

PROJECT_KEY = re.compile(r"[a-zA-Z0-9_-]{2,36}")
SCOPE = re.compile(r"[a-z_]{2,64}(:[a-zA-Z0-9_-]{2,36})?")


class ProjectDraft(Wire):
    key: str
    region: str = Region.EUROPE_WEST1_GCP
    production: bool = False


class ApiClientDraft(Wire):
    """Without ``scopes``: ``manage_project`` and ``manage_api_clients``."""

    project_key: str
    scopes: tuple[str, ...] = ()
    name: str = ""


class Credentials(Wire):
    """Shown once. ``clientSecret`` is kept nowhere."""

    client_id: str
    client_secret: str
    project_key: str
    scopes: tuple[str, ...]


class ProjectShown(Wire, omit_defaults=False):
    key: str
    region: str
    production: bool


class FirstStart(NamedTuple):
    """What the first start made; both secrets are shown once."""

    administrator: str
    password: str
    credentials: Credentials


def add_project(
    connection: Connection, draft: ProjectDraft, organization_id: str | None = None
) -> ProjectShown:
    """Raises ``InvalidJsonInputError`` or ``DuplicateFieldError``."""
    if not PROJECT_KEY.fullmatch(draft.key):
        raise InvalidJsonInputError("key takes 2 to 36 letters, digits, '_' or '-'.")
    if draft.region not in set(Region):
        raise InvalidJsonInputError(f"region takes one of {', '.join(Region)}.")
    owner = organization_id or _default_organization(connection).id
    project = create_project(
        connection, Project(draft.key, owner, str(Region(draft.region)), draft.production)
    )
    return ProjectShown(key=project.key, region=project.region, production=project.production)


def add_api_client(
    connection: Connection, draft: ApiClientDraft, organization_id: str | None = None
) -> Credentials:
    """Raises ``ResourceNotFoundError`` for an unknown Project, ``InvalidJsonInputError``."""
    project = project_with_key(connection, draft.project_key)
    if project is None or organization_id not in {None, project.organization_id}:
        raise ResourceNotFoundError("Project", key=draft.project_key)
    scopes = with_project(draft.scopes or DEFAULT_SCOPES, project.key)
    for scope in scopes:
        if not SCOPE.fullmatch(scope) or not scope.endswith(f":{project.key}"):
            raise InvalidJsonInputError(f"'{scope[:100]}' is not a scope of this Project.")
    client, secret = create_api_client(connection, project.key, draft.name or "API client", scopes)
    return Credentials(
        client_id=client.id, client_secret=secret, project_key=project.key, scopes=scopes
    )


def set_up(connection: Connection) -> FirstStart | None:
    """Organization ``default``, Project ``demo``, an administrator and an API client, once."""
    if organization_with_key(connection, "default"):
        return None
    organization = create_organization(connection, "default", "Default organization")
    add_project(connection, ProjectDraft(key="demo"), organization.id)
    password = create_user(connection, "admin", organization.id)
    credentials = add_api_client(connection, ApiClientDraft(project_key="demo"))
    return FirstStart("admin", password, credentials)


def _default_organization(connection: Connection) -> Organization:
    found = organization_with_key(connection, "default")
    return found or create_organization(connection, "default", "Default organization")
