"""What an administrator sets up: organizations, Projects, API clients."""

import re
from dataclasses import replace
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Connection

from connectory.auth.errors import ScopeNotHeldError
from connectory.auth.members import name_of_person
from connectory.auth.model import Organization, Project, StandIn
from connectory.auth.passwords import Generated, generate_now
from connectory.auth.roles import OPERATOR, Role
from connectory.auth.scopes import DEFAULT_SCOPES, covers, with_project
from connectory.auth.store import (
    create_api_client,
    create_organization,
    create_project,
    organization_with_key,
    project_with_key,
    set_production,
    set_stand_in,
)
from connectory.auth.users import create_person
from connectory.errors import DuplicateFieldError, InvalidJsonInputError, ResourceNotFoundError
from connectory.regions import Region
from connectory.wire import Wire

Label = Annotated[str, Meta(max_length=256)]
PROJECT_KEY = re.compile(r"[a-zA-Z0-9_-]{2,36}")
SCOPE = re.compile(r"[a-z_]{2,64}(:[a-zA-Z0-9_-]{2,36})?")


class ProjectDraft(Wire):
    key: str
    region: str = Region.EUROPE_WEST1_GCP
    production: bool = False
    stand_in: StandIn | None = None


class ApiClientDraft(Wire):
    """Without ``scopes``: ``manage_project`` and ``manage_api_clients``."""

    project_key: str
    scopes: tuple[str, ...] = ()
    name: Label = ""


class Credentials(Wire):
    """Shown once. ``clientSecret`` is kept nowhere."""

    client_id: str
    client_secret: str
    project_key: str
    scopes: tuple[str, ...]


class ProjectShown(Wire, omit_defaults=False):
    """``standIn``: what answers its programs in place of the commerce API; null: nothing does."""

    key: str
    region: str
    production: bool
    stand_in: StandIn | None = None


class OrganizationDraft(Wire):
    """Without ``project``: one with the organization's key; without ``administrator``:
    ``{key}-admin``."""

    key: str
    name: Label = ""
    administrator: str = ""
    project: ProjectDraft | None = None


class OrganizationShown(Wire):
    key: str
    name: str


class OrganizationCreated(Wire, omit_defaults=False):
    """``password`` of the administrator is shown once."""

    key: str
    name: str
    administrator: str
    password: str
    project: ProjectShown


class ProjectChange(Wire):
    """What is left out stays. Applications meet another stand-in from their next start on."""

    production: bool | UnsetType = UNSET
    stand_in: StandIn | UnsetType | None = UNSET


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
    stand_in = checked(draft.stand_in) if draft.stand_in else None
    region = str(Region(draft.region))
    project = Project(draft.key, owner, region, draft.production, stand_in)
    return shown_project(create_project(connection, project))


def change_project(
    connection: Connection, key: str, change: ProjectChange, organization_id: str | None = None
) -> ProjectShown:
    """Raises ``ResourceNotFoundError`` or ``InvalidJsonInputError``."""
    found = project_with_key(connection, key)
    if found is None or organization_id not in {None, found.organization_id}:
        raise ResourceNotFoundError("Project", key=key)
    if change.production is not UNSET:
        set_production(connection, key, change.production)
        found = replace(found, production=change.production)
    if change.stand_in is not UNSET:
        stand_in = checked(change.stand_in) if change.stand_in else None
        set_stand_in(connection, key, stand_in)
        found = replace(found, stand_in=stand_in)
    return shown_project(found)


def checked(stand_in: StandIn) -> StandIn:
    """Raises ``InvalidJsonInputError`` for what no request can be sent to."""
    for field, url in (("apiUrl", stand_in.api_url), ("authUrl", stand_in.auth_url)):
        if url is not None and not _is_plain_address(url):
            raise InvalidJsonInputError(
                f"standIn.{field} takes an http or https address without user, query or fragment."
            )
    return stand_in


def _is_plain_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    spare = parts.username or parts.password or parts.query or parts.fragment
    plain = url.isascii() and url.isprintable() and " " not in url
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and not spare


def shown_project(project: Project) -> ProjectShown:
    return ProjectShown(
        key=project.key,
        region=project.region,
        production=project.production,
        stand_in=project.stand_in,
    )


def add_api_client(
    connection: Connection,
    draft: ApiClientDraft,
    organization_id: str | None = None,
    held: frozenset[str] | None = None,
) -> Credentials:
    """``held``: the scopes of who makes it, without their Project; None for the operator.

    Raises ``ResourceNotFoundError`` for an unknown Project, ``InvalidJsonInputError``,
    ``ScopeNotHeldError``.
    """
    project = project_with_key(connection, draft.project_key)
    if project is None or organization_id not in {None, project.organization_id}:
        raise ResourceNotFoundError("Project", key=draft.project_key)
    scopes = with_project(draft.scopes or DEFAULT_SCOPES, project.key)
    for scope in scopes:
        if not SCOPE.fullmatch(scope) or not scope.endswith(f":{project.key}"):
            raise InvalidJsonInputError(f"'{scope[:100]}' is not a scope of this Project.")
        if held is not None and not covers(held, scope.partition(":")[0]):
            raise ScopeNotHeldError(f"the scope {scope}")
    client, secret = create_api_client(connection, project.key, draft.name or "API client", scopes)
    return Credentials(
        client_id=client.id, client_secret=secret, project_key=project.key, scopes=scopes
    )


def add_organization(
    connection: Connection, draft: OrganizationDraft, password: Generated
) -> OrganizationCreated:
    """With its first Project and its first administrator, whose password that is. Raises
    ``InvalidJsonInputError`` or ``DuplicateFieldError``."""
    if not PROJECT_KEY.fullmatch(draft.key):
        raise InvalidJsonInputError("key takes 2 to 36 letters, digits, '_' or '-'.")
    if organization_with_key(connection, draft.key):
        raise DuplicateFieldError("key", draft.key)
    administrator = name_of_person(draft.administrator or f"{draft.key.lower()}-admin")
    made = create_organization(connection, draft.key, draft.name or draft.key)
    shown = add_project(connection, draft.project or ProjectDraft(key=draft.key), made.id)
    create_person(connection, administrator, made.id, Role.ADMINISTRATOR, password.hash)
    return OrganizationCreated(
        key=made.key,
        name=made.name,
        administrator=administrator,
        password=password.password,
        project=shown,
    )


def set_up(connection: Connection) -> FirstStart | None:
    """Organization ``default``, Project ``demo``, an administrator and an API client, once."""
    if organization_with_key(connection, OPERATOR):
        return None
    organization = create_organization(connection, OPERATOR, "Default organization")
    add_project(connection, ProjectDraft(key="demo"), organization.id)
    made = generate_now()
    create_person(connection, "admin", organization.id, Role.ADMINISTRATOR, made.hash)
    credentials = add_api_client(connection, ApiClientDraft(project_key="demo"))
    return FirstStart("admin", made.password, credentials)


def _default_organization(connection: Connection) -> Organization:
    found = organization_with_key(connection, OPERATOR)
    return found or create_organization(connection, OPERATOR, "Default organization")
