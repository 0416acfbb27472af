"""``connectory organization``, ``project`` and ``api-client``: on a data directory or from afar."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from sqlalchemy import Connection

from connectory.auth import audit
from connectory.auth.administration import (
    ApiClientDraft,
    Credentials,
    OrganizationCreated,
    OrganizationDraft,
    ProjectChange,
    ProjectDraft,
    ProjectShown,
    add_api_client,
    add_organization,
    add_project,
    change_project,
    set_up,
)
from connectory.auth.audit import Target
from connectory.auth.model import StandIn
from connectory.auth.passwords import generate_now
from connectory.auth.roles import OPERATOR
from connectory.auth.store import organization_with_key, project_with_key
from connectory.cli.screen import fail, person, settings_from, show_first_start, show_json
from connectory.database import open_database
from connectory.errors import ConnectError

if TYPE_CHECKING:
    from connectory.client import Administration

T = TypeVar("T")

organization = typer.Typer(help="Organizations: who shares the platform.", no_args_is_help=True)
project = typer.Typer(help="Projects: where Connectors are deployed to.", no_args_is_help=True)
api_client = typer.Typer(help="API clients: who may call.", no_args_is_help=True)

Data = Annotated[
    str | None, typer.Option(help="The platform's data directory, running or stopped.")
]
Url = Annotated[
    str | None, typer.Option(help="A remote platform instead; the password is asked for.")
]
User = Annotated[str, typer.Option(help="The administrator on the remote platform.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@organization.command("create")
def create_organization(
    key: Annotated[
        str, typer.Argument(help="Its key, and its first Project's: 2 to 36 letters, digits, _ -.")
    ],
    name: Annotated[str, typer.Option(help="A name for people.")] = "",
    administrator: Annotated[
        str, typer.Option(help="Its first administrator's name; without it, KEY-admin.")
    ] = "",
    data: Data = None,
    url: Url = None,
    user: User = "admin",
    json: Json = False,
) -> None:
    """Create an organization with its first Project and its first administrator."""
    draft = OrganizationDraft(key=key, name=name, administrator=administrator)
    if url:
        made = _call(_remote(url, user).create_organization(draft))
    else:
        made = _local(data, lambda c: _new_organization(c, draft))
    _show_organization(made, json)


@project.command("create")
def create_project(
    key: Annotated[str, typer.Argument(help="The Project key: 2 to 36 letters, digits, _ or -.")],
    region: Annotated[str, typer.Option(help="The Region it runs in.")] = "europe-west1.gcp",
    production: Annotated[
        bool, typer.Option("--production", help="Allow production Deployments.")
    ] = False,
    data: Data = None,
    url: Url = None,
    user: User = "admin",
    json: Json = False,
) -> None:
    """Create a Project."""
    draft = ProjectDraft(key=key, region=region, production=production)
    if url:
        shown = _call(_remote(url, user).create_project(draft))
    else:
        shown = _local(data, lambda c: _new_project(c, draft))
    _show_project(shown, json)


@project.command("stand-in")
def set_stand_in(
    key: Annotated[str, typer.Argument(help="The Project key.")],
    api_url: Annotated[
        str | None, typer.Argument(help="Where requests to the commerce API go from now on.")
    ] = None,
    auth_url: Annotated[
        str | None, typer.Option(help="Where requests for tokens go, if not there.")
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="The real commerce API again.")] = False,
    data: Data = None,
    url: Url = None,
    user: User = "admin",
    json: Json = False,
) -> None:
    """Let something stand in for the commerce API: a mock, or an installation of your own."""
    if none == bool(api_url):
        fail("Give the stand-in's address, or --none.")
    stand_in = StandIn(api_url=api_url, auth_url=auth_url) if api_url else None
    change = ProjectChange(stand_in=stand_in)
    if url:
        shown = _call(_remote(url, user).change_project(key, change))
    else:
        shown = _local(data, lambda c: _changed_project(c, key, change))
    if json:
        show_json(shown)
        return
    what = f"meet {api_url} in place of" if api_url else "reach"
    person.print(f"Programs of [bold]{shown.key}[/] {what} the commerce API from their next start.")


@api_client.command("create")
def create_api_client(
    project_key: Annotated[str, typer.Option("--project", help="The Project it acts for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(help="A scope, with or without the Project key; may be repeated."),
    ] = None,
    name: Annotated[str, typer.Option(help="A name for people.")] = "",
    data: Data = None,
    url: Url = None,
    user: User = "admin",
    json: Json = False,
) -> None:
    """Create an API client and show its secret, once."""
    draft = ApiClientDraft(project_key=project_key, scopes=tuple(scope or ()), name=name)
    if url:
        credentials = _call(_remote(url, user).create_api_client(draft))
    else:
        credentials = _local(data, lambda c: _new_api_client(c, draft))
    _show_credentials(credentials, json)


def _new_organization(connection: Connection, draft: OrganizationDraft) -> OrganizationCreated:
    made = add_organization(connection, draft, generate_now())
    _note(connection, "createOrganization", Target("Organization", key=made.key))
    return made


def _new_project(connection: Connection, draft: ProjectDraft) -> ProjectShown:
    made = add_project(connection, draft)
    _note(connection, "createProject", Target("Project", key=made.key), made.key)
    return made


def _changed_project(connection: Connection, key: str, change: ProjectChange) -> ProjectShown:
    made = change_project(connection, key, change)
    _note(connection, "updateProject", Target("Project", key=key), key)
    return made


def _new_api_client(connection: Connection, draft: ApiClientDraft) -> Credentials:
    made = add_api_client(connection, draft)
    target = Target("ApiClient", made.client_id, made.project_key)
    _note(connection, "createApiClient", target, made.project_key)
    return made


def _note(
    connection: Connection, action: str, target: Target, project_key: str | None = None
) -> None:
    """In the audit log of the Project's organization, else of the operator's."""
    found = project_with_key(connection, project_key) if project_key else None
    operator = organization_with_key(connection, OPERATOR)
    owner = found.organization_id if found else operator.id if operator else ""
    audit.keep(connection, audit.Deed(owner, audit.OPERATOR_HERE, action, target))


def _local(data: str | None, work: Callable[[Connection], T]) -> T:
    """Write into the data directory; a platform running on it sees the change at once."""
    settings = settings_from(data=data)
    database = open_database(settings.database_url, settings.directory)
    try:
        if first := database.write_blocking(set_up):
            show_first_start(first)
        return database.write_blocking(work)
    except ConnectError as problem:
        fail(str(problem.extra.get("detailedErrorMessage", problem.message)))
    finally:
        database.close()


def _call(answer: Coroutine[Any, Any, T]) -> T:
    from connectory.client import ClientError

    try:
        return asyncio.run(answer)
    except ClientError as problem:
        fail(str(problem))


def _remote(url: str, user: str) -> "Administration":
    from connectory.client import Administration

    password = os.environ.get("CONNECTORY_PASSWORD") or typer.prompt("Password", hide_input=True)
    return Administration(url, user, password)


def _show_organization(made: OrganizationCreated, json: bool) -> None:
    if json:
        show_json(made)
        return
    person.print(f"Created the organization [bold]{made.key}[/].")
    person.print(f"  project          {made.project.key}")
    person.print(f"  administrator    {made.administrator}")
    person.print(f"  password         {made.password}   (shown once)")


def _show_project(shown: ProjectShown, json: bool) -> None:
    if json:
        show_json(shown)
        return
    kind = "production" if shown.production else "development"
    person.print(f"Created the {kind} Project [bold]{shown.key}[/] in {shown.region}.")


def _show_credentials(credentials: Credentials, json: bool) -> None:
    if json:
        show_json(credentials)
        return
    person.print(f"Created an API client for the Project [bold]{credentials.project_key}[/].")
    person.print(f"  client id        {credentials.client_id}")
    person.print(f"  client secret    {credentials.client_secret}   (shown once)")
    person.print(f"  scopes           {' '.join(credentials.scopes)}")
