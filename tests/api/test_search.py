"""Searching and filtering over HTTP, with parameters as the official SDK sends them."""

import uuid
from typing import Any

import pytest
from tests.api.released import DEPLOYMENTS, deploy, release

SEARCH = "/connectors/search"
TAX, PSP = {"integrationTypes": ["tax"]}, {"integrationTypes": ["psp", "crm"]}


@pytest.fixture
def pair(api: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Two Connectors and a word that only they have."""
    word = f"w{uuid.uuid4().hex}"
    company = {"email": "a@b.de", "company": f"{word} AG"}
    first = api.create(name=f"First {word}", creator=company, **TAX)
    second = api.create(name="Second", description=f"About {word}.", **PSP)
    return release(api, first), release(api, second), word


def keys(api: Any, query: str) -> list[str]:
    answer = api.send("GET", f"{SEARCH}?{query}")
    assert answer.status == 200, answer
    assert answer.body["count"] == len(answer.body["results"])
    return [one["key"] for one in answer.body["results"]]


def test_text_finds_and_ranks(api: Any, pair: Any) -> None:
    first, second, word = pair
    page = api.send("GET", f"{SEARCH}?text={word}").body
    assert (page["limit"], page["offset"], page["count"], page["total"]) == (20, 0, 2, 2)
    assert [one["key"] for one in page["results"]] == [first["key"], second["key"]]
    connector = api.send("GET", f"/connectors/key={first['key']}").body
    assert page["results"][0] == connector
    assert keys(api, f"text={word}&limit=1&offset=1") == [second["key"]]
    assert keys(api, f"text={word}&limit=0") == []


def test_repeated_parameters_are_alternatives(api: Any, pair: Any) -> None:
    first, second, word = pair
    both = [second["key"], first["key"]]
    assert keys(api, f"id={first['id']}&id={second['id']}") == both
    assert keys(api, f"key={first['key']}&key={second['key']}&key=nobody") == both
    assert keys(api, f"text={word}&integrationTypes=crm") == [second["key"]]
    assert len(keys(api, f"text={word}&integrationTypes=crm&integrationTypes=tax")) == 2
    assert keys(api, f"creator.company={word}%20ag") == [first["key"]]
    assert keys(api, f"text={word}&private=false&sort=name%20desc") == both


@pytest.mark.parametrize(
    "query",
    [
        "limit=501",
        "limit=-1",
        "offset=10001",
        "private=maybe",
        "integrationTypes=magic",
        "integrationTypes=tax,psp",
        "sort=status",
        "sort=name%20sideways",
    ],
)
def test_a_wrong_search_is_refused(api: Any, query: str) -> None:
    answer = api.send("GET", f"{SEARCH}?{query}")
    assert (answer.status, answer.codes) == (400, ["InvalidQueryParam"])
    assert answer.details


@pytest.mark.parametrize("text", ["%00", "%22%20OR%20%22", "%27", "*", "%F0%9F%98%80", "a" * 5000])
def test_any_text_is_only_text(api: Any, text: str) -> None:
    assert keys(api, f"text={text}&key=nobody") == []


def test_drafts_are_filtered_by_integration_type(api: Any, pair: Any) -> None:
    first, second, _ = pair

    def found(query: str) -> set[str]:
        path = f"/connectors/drafts?limit=500&{query}"
        return {one["key"] for one in api.send("GET", path).body["results"]}

    assert first["key"] in found("integrationTypes=tax")
    assert second["key"] not in found("integrationTypes=tax")
    assert {first["key"], second["key"]} <= found("integrationTypes=tax&integrationTypes=crm")
    assert api.send("GET", "/connectors/drafts?integrationTypes=x").codes == ["InvalidQueryParam"]


def test_deployments_are_filtered_by_integration_type(api: Any, pair: Any) -> None:
    deployments = {deploy(api, one)["id"] for one in pair[:2]}

    def found(query: str) -> set[str]:
        results = api.send("GET", f"{DEPLOYMENTS}?limit=500&{query}").body["results"]
        return {one["id"] for one in results} & deployments

    assert len(found("integrationTypes=tax")) == 1
    assert len(found("integrationTypes=crm&integrationTypes=tax")) == 2
    assert found("integrationTypes=email") == set()
    assert found("integrationTypes=tax&deploymentType=preview") == set()
