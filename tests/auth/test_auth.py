from functools import partial

import pytest
from sqlalchemy import text

from connectory.auth import Caller, Project, require
from connectory.auth.administration import (
    ApiClientDraft,
    Credentials,
    FirstStart,
    ProjectDraft,
    add_api_client,
    add_project,
    set_up,
)
from connectory.auth.passwords import matches
from connectory.auth.roles import Role
from connectory.auth.scopes import MANAGE_CONNECTORS, VIEW_CONNECTORS
from connectory.auth.store import authenticate, caller_with_token, issue_token
from connectory.auth.users import Person, account_with_name
from connectory.database import Database
from connectory.errors import (
    AuthorizationError,
    DuplicateFieldError,
    InvalidJsonInputError,
    ResourceNotFoundError,
)


def _token(database: Database, credentials: Credentials, lifetime: int = 60) -> str:
    def work(connection):  # type: ignore[no-untyped-def]
        client = authenticate(connection, credentials.client_id, credentials.client_secret)
        assert client is not None
        return issue_token(connection, client, client.scopes, lifetime).value

    return str(database.write_blocking(work))


def test_right_credentials_become_a_token_and_the_token_a_caller(
    database: Database, credentials: Credentials, project: Project
) -> None:
    token = _token(database, credentials)
    caller = database.read_blocking(lambda c: caller_with_token(c, token))
    assert caller is not None
    assert caller.project == project
    assert caller.scopes == {"manage_project:demo", "manage_api_clients:demo"}


def test_wrong_credentials_and_expired_tokens_are_nobody(
    database: Database, credentials: Credentials
) -> None:
    for client_id, secret in (
        (credentials.client_id, "wrong"),
        ("unknown", credentials.client_secret),
        ("unknown", ""),
    ):
        assert (
            database.read_blocking(partial(authenticate, client_id=client_id, secret=secret))
            is None
        )
    expired = _token(database, credentials, lifetime=-1)
    assert database.read_blocking(lambda c: caller_with_token(c, expired)) is None


def test_no_secret_is_kept_in_the_database(database: Database, first_start: FirstStart) -> None:
    token = _token(database, first_start.credentials)
    secrets = (token, first_start.credentials.client_secret, first_start.password)

    def everything(connection) -> str:  # type: ignore[no-untyped-def]
        tables = ("api_clients", "tokens", "users")
        return str([connection.execute(text(f"SELECT * FROM {t}")).all() for t in tables])

    kept = database.read_blocking(everything)
    assert not [secret for secret in secrets if secret in kept]


def test_the_first_start_happens_once(database: Database, first_start: FirstStart) -> None:
    assert database.write_blocking(set_up) is None
    account = database.read_blocking(lambda c: account_with_name(c, "admin"))
    assert account is not None
    assert account.person == Person(
        "admin", account.person.organization_id, "default", Role.ADMINISTRATOR
    )
    assert matches(first_start.password, account.password_hash)


def test_projects_and_api_clients_are_checked(database: Database, project: Project) -> None:
    create = database.write_blocking
    with pytest.raises(DuplicateFieldError):
        create(lambda c: add_project(c, ProjectDraft(key="demo")))
    for key, region in (("x", "europe-west1.gcp"), ("a b", "europe-west1.gcp"), ("ok", "mars")):
        with pytest.raises(InvalidJsonInputError):
            create(partial(add_project, draft=ProjectDraft(key=key, region=region)))
    with pytest.raises(ResourceNotFoundError):
        create(lambda c: add_api_client(c, ApiClientDraft(project_key="none")))
    with pytest.raises(InvalidJsonInputError):
        create(
            lambda c: add_api_client(
                c, ApiClientDraft(project_key="demo", scopes=("manage_project:other",))
            )
        )


def test_scopes_may_be_given_without_the_project_key(database: Database, project: Project) -> None:
    made = database.write_blocking(
        lambda c: add_api_client(c, ApiClientDraft(project_key="demo", scopes=("view_connectors",)))
    )
    assert made.scopes == ("view_connectors:demo",)


@pytest.mark.parametrize(
    ("scopes", "any_of", "key", "allowed"),
    [
        ({"manage_project:demo"}, VIEW_CONNECTORS, None, True),
        ({"view_connectors:demo"}, VIEW_CONNECTORS, None, True),
        ({"view_connectors:demo"}, MANAGE_CONNECTORS, None, False),
        ({"manage_project:other"}, MANAGE_CONNECTORS, None, False),
        ({"manage_project:demo"}, MANAGE_CONNECTORS, "other", False),
        ({"manage_project:other"}, MANAGE_CONNECTORS, "other", False),
        (set(), VIEW_CONNECTORS, None, False),
    ],
)
def test_a_scope_counts_for_the_tokens_own_project_only(
    scopes: set[str], any_of: tuple[str, ...], key: str | None, allowed: bool
) -> None:
    caller = Caller("c", Project("demo", "o", "europe-west1.gcp", False), frozenset(scopes), 0)
    if allowed:
        require(caller, any_of, key)
    else:
        with pytest.raises(AuthorizationError):
            require(caller, any_of, key)
