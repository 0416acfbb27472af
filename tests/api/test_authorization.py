"""Every endpoint of the contract, for every kind of caller."""

import json
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection
from tests.api.released import deploy, finish, redeploy, release

from connectory.auth.administration import ProjectDraft, add_project
from connectory.auth.model import ApiClient
from connectory.auth.store import (
    create_api_client,
    create_organization,
    delete_api_client,
    issue_token,
)
from connectory.database import open_database

ENDPOINTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "contract" / "data" / "endpoints.json").read_text()
)
CALLERS = (
    "nobody",
    "nonsense",
    "expired",
    "powerless",
    "reader",
    "sister",
    "stranger",
    "right",
    "manager",
)
UNAUTHORIZED = {"nobody", "nonsense", "expired"}


class World(NamedTuple):
    """One resource of each kind in the Project ``guarded``, and everyone's token."""

    tokens: dict[str, str]
    staged: dict[str, Any]
    deployment: dict[str, Any]


@pytest.fixture(scope="module")
def world(api_server: Any) -> World:
    api = api_server

    def projects(connection: Any) -> None:
        add_project(connection, ProjectDraft(key="guarded"))
        add_project(connection, ProjectDraft(key="neighbour"))
        foreign = create_organization(connection, "foreign", "Foreign")
        add_project(connection, ProjectDraft(key="foreign"), foreign.id)

    def expired(connection: Any) -> str:
        scopes = ("manage_project:guarded",)
        client, _ = create_api_client(connection, "guarded", "old", scopes)
        assert isinstance(client, ApiClient)
        return issue_token(connection, client, scopes, -1).value

    api.database.write_blocking(projects)
    tokens = {
        "nobody": "",
        "nonsense": "x" * 43,
        "expired": api.database.write_blocking(expired),
        "powerless": api.caller("guarded", "manage_api_clients", "view_orders"),
        "reader": api.caller("guarded", "view_connectors", "view_connectors_deployments"),
        "manager": api.caller("guarded", "manage_connectors", "manage_connectors_deployments"),
        "sister": api.caller("neighbour", "manage_project"),
        "stranger": api.caller("foreign", "manage_project"),
        "right": api.caller("guarded", "manage_project"),
    }
    staged = release(api, api.create(key="guarded-one"))
    return World(tokens, staged, {})


def fresh(api: Any, world: World) -> World:
    """A draft, its private Connector and a Deployment nobody has touched yet."""
    token, api.token = api.token, world.tokens["right"]
    try:
        staged = release(api, api.create())
        body = {
            "connector": {"id": staged["id"]},
            "key": staged["key"],
            "region": "europe-west1.gcp",
            "configurations": [
                {
                    "applicationName": "service",
                    "securedConfiguration": [{"key": "TOKEN", "value": "t"}],
                }
            ],
        }
        made = api.send("POST", "/guarded/deployments", body)
        assert made.status == 201, made
        done = finish(api, made.body, project="guarded")
        again = redeploy(api, done, project="guarded").body
        return World(world.tokens, staged, finish(api, again, project="guarded"))
    finally:
        api.token = token


def address(endpoint: dict[str, Any], world: World) -> str:
    """The endpoint's path, naming what is there."""
    path = str(endpoint["path"])
    of = world.deployment if "/deployments" in path else world.staged
    return (
        path.replace("{projectKey}", "guarded")
        .replace("{ID}", str(of["id"]))
        .replace("{key}", str(of["key"]))
        .replace("{revision}", "1")
    )


def body(endpoint: dict[str, Any], api: Any, world: World) -> Any:
    version = {"version": world.deployment["version"]}
    bodies: dict[str, Any] = {
        "ConnectorStagedDraft": api.draft(),
        "ConnectorUpdate": {"version": world.staged["version"], "actions": []},
        "DeploymentDraft": {
            "connector": {"id": world.staged["id"]},
            "region": "europe-west1.gcp",
            "configurations": [
                {
                    "applicationName": "service",
                    "securedConfiguration": [{"key": "TOKEN", "value": "t"}],
                }
            ],
        },
        "DeploymentUpdate": version | {"actions": []},
        "DeploymentRollback": version,
    }
    return bodies.get(endpoint.get("request", ""))


def expected(endpoint: dict[str, Any], who: str) -> int:
    """What the contract answers this kind of caller."""
    writes, right = endpoint["method"] != "GET", int(endpoint["status"])
    named = "{ID}" in endpoint["path"] or "{key}" in endpoint["path"]
    if who in UNAUTHORIZED:
        return 401
    if who == "powerless" or (who == "reader" and writes):
        return 403
    if who in {"right", "manager", "reader"}:
        return right
    if "{projectKey}" in endpoint["path"]:
        return 403  # a token is for one Project
    if who == "stranger" and named:
        return 404  # what is not theirs does not exist
    return right


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize(
    "endpoint", ENDPOINTS, ids=[f"{one['method']} {one['path']}" for one in ENDPOINTS]
)
def test_everyone_is_answered_as_they_may(
    api: Any, world: World, endpoint: dict[str, Any], who: str
) -> None:
    here = fresh(api, world)
    path, wanted = address(endpoint, here), expected(endpoint, who)
    document = body(endpoint, api, here)
    answer = api.send(endpoint["method"], path, document, token=here.tokens[who])
    assert answer.status == wanted, answer
    if wanted == 401:
        assert (answer.codes, answer.body["error"]) == (["invalid_token"], "invalid_token")
        assert answer.headers["www-authenticate"] == "Bearer"
    if wanted == 403:
        assert (answer.codes, answer.body["message"]) == (["AuthorizationError"], "Access denied")
    if wanted >= 400:
        unchanged(api, here)


def unchanged(api: Any, world: World) -> None:
    token = world.tokens["right"]
    drafts = f"/connectors/drafts/{world.staged['id']}"
    deployments = f"/guarded/deployments/{world.deployment['id']}"
    assert api.send("GET", drafts, token=token).body == world.staged
    assert api.send("GET", deployments, token=token).body == world.deployment


def test_a_private_connector_is_open_to_listed_projects_only(api: Any, world: World) -> None:
    here = fresh(api, world)
    stranger = world.tokens["stranger"]
    path = f"/connectors/{here.staged['id']}"
    assert api.send("GET", path, token=stranger).status == 404
    listed = {"action": "addPrivateProject", "privateProject": "europe-west1.gcp:foreign"}
    assert api.update(here.staged, listed).status == 201
    assert api.send("GET", path, token=stranger).status == 200
    found = api.send("GET", f"/connectors/search?private=true&id={here.staged['id']}",
                     token=stranger)  # fmt: skip
    assert found.body["total"] == 1
    # the draft itself stays its organization's
    drafts = f"/connectors/drafts/{here.staged['id']}"
    assert api.send("GET", drafts, token=stranger).status == 404


def test_a_public_connector_is_open_to_all_until_it_is_unlisted(api: Any, world: World) -> None:
    staged = release(api, api.create(), public=True)
    stranger = world.tokens["stranger"]
    search = f"/connectors/search?id={staged['id']}"
    assert api.send("GET", f"/connectors/{staged['id']}", token=stranger).status == 200
    assert api.send("GET", search, token=stranger).body["total"] == 1
    unlisted = api.update(staged, {"action": "unlist"})
    assert (unlisted.status, unlisted.body["alreadyListed"]) == (201, False)
    assert api.send("GET", search, token=stranger).body["total"] == 0
    assert api.send("GET", search).body["total"] == 1
    assert api.send("GET", f"/connectors/{staged['id']}", token=stranger).status == 200


def test_a_comment_carries_the_project_of_its_token(api: Any, world: World) -> None:
    staged = api.create()
    body = {
        "version": staged["version"],
        "actions": [{"action": "addCertificationComment", "comment": "Hello"}],
    }
    path = f"/connectors/drafts/{staged['id']}"
    answer = api.send("POST", path, body, token=world.tokens["sister"])
    (comment,) = answer.body["certificationInfo"]["comments"]
    assert (comment["userId"], comment["comment"]) == ("neighbour", "Hello")
    assert comment["datetime"].endswith("Z")


def test_a_deployment_of_another_project_is_not_reached_by_its_id(api: Any, world: World) -> None:
    other = deploy(api, release(api, api.create()))
    path = f"/guarded/deployments/{other['id']}"
    token = world.tokens["right"]
    for method in ("GET", "DELETE"):
        assert api.send(method, path, token=token).codes == ["ResourceNotFound"]
    for suffix in ("/logs", "/revisions", "/revisions/1"):
        assert api.send("GET", f"{path}{suffix}", token=token).codes == ["ResourceNotFound"]


def test_a_token_that_another_process_revokes_is_refused_at_once(api_server: Any) -> None:
    api = api_server
    elsewhere = open_database("", Path(api.database._engine.url.database).parent)

    def make(connection: Connection) -> tuple[str, str]:
        scopes = ("manage_project:demo",)
        client, _ = create_api_client(connection, "demo", "short", scopes)
        return client.id, issue_token(connection, client, scopes, 600).value

    for _ in range(20):
        client_id, token = api.database.write_blocking(make)
        assert api.send("GET", "/demo/deployments", token=token).status == 200
        elsewhere.write_blocking(partial(delete_api_client, client_id=client_id))
        assert api.send("GET", "/demo/deployments", token=token).status == 401
    elsewhere.close()
