"""Organizations, their Projects and API clients."""

from typing import Any

import msgspec
import pytest
from tests.api.conftest import Api
from tests.api.people import Person, administrator, founded
from tests.api.released import deploy, release

from connectory.auth.administration import Credentials

ORGANIZATIONS, PROJECTS = "/platform/organizations", "/platform/projects"
CLIENTS = "/platform/api-clients"


@pytest.fixture(scope="module")
def boss(api_server: Api) -> Person:
    """The administrator of another organization than the operator's, with its Project ``works``."""
    return founded(api_server, "works")


def test_an_organization_begins_with_a_project_and_an_administrator(api: Api) -> None:
    body = {
        "key": "guild",
        "name": "The guild",
        "administrator": "ruth",
        "project": {"key": "guild-live", "region": "us-central1.gcp", "production": True},
    }
    made = administrator(api).send("POST", ORGANIZATIONS, body)
    assert (made.status, made.headers["cache-control"]) == (201, "no-store")
    assert made.body["project"] == {
        "key": "guild-live", "region": "us-central1.gcp", "production": True, "standIn": None
    }  # fmt: skip
    ruth = Person(api, "ruth", made.body["password"])
    projects = ruth.send("GET", PROJECTS).body["results"]
    assert [one["key"] for one in projects] == ["guild-live"]
    assert ruth.send("GET", ORGANIZATIONS).body["results"] == [
        {"key": "guild", "name": "The guild"}
    ]


def test_organizations_are_the_operators_to_make_and_to_see(api: Api, boss: Person) -> None:
    assert boss.send("POST", ORGANIZATIONS, {"key": "mine"}).codes == ["AuthorizationError"]
    keys = {one["key"] for one in administrator(api).send("GET", ORGANIZATIONS).body["results"]}
    assert keys >= {"default", "works"}
    for body, code in (
        ({"key": "works"}, "DuplicateField"),
        ({"key": "other", "administrator": boss.name}, "DuplicateField"),
        ({"key": "other", "project": {"key": "works"}}, "DuplicateField"),
        ({"key": "a b"}, "InvalidJsonInput"),
        ({"key": "other", "administrator": "A:B"}, "InvalidJsonInput"),
    ):
        assert administrator(api).send("POST", ORGANIZATIONS, body).codes == [code]
    keys = {one["key"] for one in administrator(api).send("GET", ORGANIZATIONS).body["results"]}
    assert "other" not in keys


def test_a_project_gets_a_stand_in_for_the_commerce_api_and_loses_it(boss: Person) -> None:
    there = {"apiUrl": "http://mock.example.org:8989/api", "authUrl": "https://login.example.org"}
    draft = {"key": "works-mock", "standIn": {"apiUrl": "https://mock.example.org"}}
    made = boss.send("POST", PROJECTS, draft)
    assert made.body["standIn"] == draft["standIn"]
    path = f"{PROJECTS}/works-mock"
    assert boss.send("POST", path, {"standIn": there}).body["standIn"] == there
    marked = boss.send("POST", path, {"production": True}).body
    assert (marked["production"], marked["standIn"]) == (True, there)
    assert marked in boss.send("GET", PROJECTS).body["results"]
    real = boss.send("POST", path, {"standIn": None}).body
    assert (real["production"], real["standIn"]) == (True, None)


@pytest.mark.parametrize(
    "url",
    [
        *("", "ftp://x", "http://", "https://u:p@x", "http://x?a", "http://x#a", "//x"),
        *("http://a b", "http://x:y", "http://[x", "http://é"),
    ],
)
def test_what_no_request_can_be_sent_to_stands_in_for_nothing(boss: Person, url: str) -> None:
    for stand_in in ({"apiUrl": url}, {"apiUrl": "http://x", "authUrl": url}):
        refused = boss.send("POST", f"{PROJECTS}/works", {"standIn": stand_in})
        assert refused.codes == ["InvalidJsonInput"], stand_in


def test_a_project_is_marked_as_in_production(boss: Person, api: Api) -> None:
    assert boss.send("POST", PROJECTS, {"key": "works-two"}).body["production"] is False
    done = boss.send("POST", f"{PROJECTS}/works-two", {"production": True})
    assert done.body == {
        "key": "works-two", "region": "europe-west1.gcp", "production": True, "standIn": None
    }  # fmt: skip
    listed = {one["key"]: one for one in boss.send("GET", PROJECTS).body["results"]}
    assert listed["works-two"] == done.body
    for who in (boss, administrator(api)):
        answer = who.send("POST", f"{PROJECTS}/nowhere", {"production": True})
        assert answer.codes == ["ResourceNotFound"]
    foreign = administrator(api).send("POST", f"{PROJECTS}/works", {"production": True})
    assert foreign.codes == ["ResourceNotFound"]


def test_a_token_manages_its_organizations_projects(api: Api, boss: Person) -> None:
    manager = api.caller("works", "manage_projects")
    assert api.send("POST", PROJECTS, {"key": "works-three"}, token=manager).status == 201
    keys = [one["key"] for one in api.send("GET", PROJECTS, token=manager).body["results"]]
    assert set(keys) >= {"works", "works-three"}
    assert "demo" not in keys
    assert api.send("POST", PROJECTS, {"key": "x1"}, token=api.caller("works")).status == 403


def test_api_clients_are_listed_and_deleted(api: Api, boss: Person) -> None:
    draft = {"projectKey": "works", "name": "Robot", "scopes": ["view_connectors"]}
    made = boss.send("POST", CLIENTS, draft).body
    token = api.fetch_token(_credentials(made))
    listed = boss.send("GET", f"{CLIENTS}?projectKey=works").body["results"]
    (robot,) = [one for one in listed if one["clientId"] == made["clientId"]]
    assert (robot["name"], robot["scopes"]) == ("Robot", ["view_connectors:works"])
    assert "clientSecret" not in robot
    assert api.send("GET", "/connectors/drafts", token=token).status == 200
    path = f"{CLIENTS}/{made['clientId']}"
    assert administrator(api).send("DELETE", path).codes == ["ResourceNotFound"]
    assert boss.send("DELETE", path).body["clientId"] == made["clientId"]
    assert api.send("GET", "/connectors/drafts", token=token).status == 401
    assert boss.send("DELETE", path).codes == ["ResourceNotFound"]


def test_a_token_knows_the_api_clients_of_its_own_project(api: Api, boss: Person) -> None:
    boss.send("POST", PROJECTS, {"key": "works-four"})
    token = api.caller("works-four", "manage_api_clients")
    shown = api.send("GET", CLIENTS, token=token).body["results"]
    assert {one["projectKey"] for one in shown} == {"works-four"}
    assert api.send("GET", f"{CLIENTS}?projectKey=works", token=token).status == 403
    assert api.send("POST", CLIENTS, {"projectKey": "works"}, token=token).status == 403
    (other, *_) = boss.send("GET", f"{CLIENTS}?projectKey=works-four").body["results"]
    assert api.send("DELETE", f"{CLIENTS}/{other['clientId']}", token=token).status == 200
    assert boss.send("GET", f"{CLIENTS}?projectKey=demo").codes == ["ResourceNotFound"]


def test_nobody_hands_out_more_than_they_have(api: Api, boss: Person) -> None:
    member = boss.add("wim")
    for scopes, status in (
        (["manage_connectors"], 201),
        (["view_connectors", "view_connectors_deployments"], 201),
        ([], 403),
        (["manage_project"], 403),
        (["manage_orders"], 403),
        (["manage_members"], 403),
    ):
        answer = member.send("POST", CLIENTS, {"projectKey": "works", "scopes": scopes})
        assert answer.status == status, scopes
    for scope, status in (("manage_orders", 201), ("manage_certifications", 403)):
        draft = {"projectKey": "works", "scopes": [scope]}
        assert boss.send("POST", CLIENTS, draft).status == status, scope
    token = api.caller("works", "manage_api_clients")
    asked = api.send("POST", CLIENTS, {"projectKey": "works"}, token=token)
    assert (asked.status, asked.codes) == (403, ["ScopeNotHeld"])


def test_the_api_client_of_a_deployment_goes_with_it_only(api: Api) -> None:
    staged = release(api, api.create(repository={"url": str(api.repository), "tag": "client"}))
    deployment = deploy(api, staged)
    path = f"{CLIENTS}/{deployment['apiClient']['name']}"
    refused = administrator(api).send("DELETE", path)
    assert (refused.status, refused.codes) == (409, ["ApiClientInUse"])


def _credentials(made: dict[str, Any]) -> Credentials:
    return msgspec.convert(made, Credentials)
