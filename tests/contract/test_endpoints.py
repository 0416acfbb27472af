"""Every endpoint of the contract is described with its scopes, parameters, types and status."""

import re
from typing import Any

import pytest
from tests.contract.conftest import contract

from connectory.api.app import api as application
from connectory.api.openapi.document import document
from connectory.api.openapi.renaming import REF

PAGED = {"response": "DeploymentRevisionPagedQueryResponse", "query": {
    "limit": "int64 0..500 default 20", "offset": "int64 0..10000 default 0",
}}  # fmt: skip
AMENDED: dict[str, dict[str, Any]] = {
    "GET /{projectKey}/deployments/{ID}/revisions": PAGED,
    "GET /{projectKey}/deployments/key={key}/revisions": PAGED,
    "DELETE /{projectKey}/deployments/{ID}": {"query": {"skipScripts": "boolean"}},
    "DELETE /{projectKey}/deployments/key={key}": {"query": {"skipScripts": "boolean"}},
}
"""Where the data guesses: revisions come in pages, as every list does (facts 14.1 row 23). And
what is ours: a way to remove a Deployment whose script fails for ever."""
ENDPOINTS: list[dict[str, Any]] = [
    one | AMENDED.get(f"{one['method']} {one['path']}", {}) for one in contract("endpoints")
]
BY_METHOD = {f"{one['method']} {one['path']}": one for one in ENDPOINTS}
BOUNDS = re.compile(r"int64 (?P<minimum>\d+)\.\.(?P<maximum>\d+) default (?P<default>\d+)")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(application(None, lambda: True).routes)  # type: ignore[arg-type]


def said(described: dict[str, Any], endpoint: dict[str, Any]) -> dict[str, Any]:
    path = endpoint["path"].replace("{ID}", "{id}")
    operation: dict[str, Any] = described["paths"][path][endpoint["method"].lower()]
    return operation


@pytest.mark.parametrize("name", sorted(BY_METHOD))
def test_it_is_described_with_its_scopes_and_status(described: dict[str, Any], name: str) -> None:
    endpoint = BY_METHOD[name]
    operation = said(described, endpoint)
    scopes = [one for access in operation["security"] for one in access.get("oauth2", ())]
    assert sorted(scopes) == sorted(endpoint["anyOfScopes"])
    assert [one for one in operation["responses"] if one < "300"] == [str(endpoint["status"])]


@pytest.mark.parametrize("name", sorted(BY_METHOD))
def test_its_bodies_are_of_the_contracts_types(described: dict[str, Any], name: str) -> None:
    endpoint = BY_METHOD[name]
    operation = said(described, endpoint)
    answer = operation["responses"][str(endpoint["status"])]["content"]["application/json"]
    kind, *many = endpoint["response"].replace("[]", " []").split()
    reference = {"$ref": f"{REF}{kind}"}
    assert answer["schema"] == ({"type": "array", "items": reference} if many else reference)
    if "request" not in endpoint:
        assert "requestBody" not in operation
        return
    sent = operation["requestBody"]["content"]["application/json"]["schema"]
    assert sent == {"$ref": f"{REF}{endpoint['request']}"}


@pytest.mark.parametrize("name", sorted(BY_METHOD))
def test_its_query_parameters_are_the_contracts(described: dict[str, Any], name: str) -> None:
    endpoint = BY_METHOD[name]
    found = {
        one["name"]: one["schema"]
        for one in said(described, endpoint)["parameters"]
        if one["in"] == "query"
    }
    wanted: dict[str, str] = endpoint.get("query", {})
    assert set(found) == set(wanted)
    for parameter, kind in wanted.items():
        schema = found[parameter]
        if bounds := BOUNDS.match(kind):
            assert {key: str(schema[key]) for key in bounds.groupdict()} == bounds.groupdict()
        assert ("[]" in kind) == (schema.get("type") == "array"), parameter


def test_nothing_else_is_offered_under_the_contracts_paths(described: dict[str, Any]) -> None:
    ours = {
        f"{method.upper()} {path.replace('{id}', '{ID}')}"
        for path, methods in described["paths"].items()
        for method in methods
        if path.startswith(("/connectors", "/{projectKey}"))
    }
    assert ours == set(BY_METHOD)
