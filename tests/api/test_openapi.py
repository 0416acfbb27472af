"""``/openapi.json`` says what the API does, and ``/docs`` shows it."""

import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from connectory.api.app import api as application
from connectory.api.openapi import declared
from connectory.api.openapi.document import Endpoint, endpoints
from connectory.api.openapi.names import schema_name
from connectory.api.openapi.operation import Paged
from connectory.api.routing import Resource
from connectory.errors import ConnectError


def routes() -> list[Any]:
    return list(application(None, lambda: True).routes)  # type: ignore[arg-type]


ENDPOINTS = list(endpoints(routes()))


@pytest.fixture(scope="module")
def described(api_server: Any) -> dict[str, Any]:
    answer = api_server.send("GET", "/openapi.json")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    return dict(answer.body)


def test_the_description_is_valid_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(described).validate()


def test_every_route_declares_its_operations() -> None:
    """Declare an operation with ``@Operation`` above the handler (api/openapi/operation.py)."""
    found = routes()
    assert all(isinstance(route, Resource) for route in found)
    silent = [
        f"{method} {route.path}"
        for route in found
        for method, handler in route.handlers.items()
        if declared(handler) is None
    ]
    assert silent == []


def test_an_operation_id_is_used_once(described: dict[str, Any]) -> None:
    ids = [one["operationId"] for path in described["paths"].values() for one in path.values()]
    assert sorted(set(ids)) == sorted(ids)


def test_every_field_of_a_struct_is_described(described: dict[str, Any]) -> None:
    """Of every struct that is decoded or encoded, and of those inside."""
    schemas = described["components"]["schemas"]
    structs = {one for shape in shapes() for one in inside(shape)}
    assert len(structs) > 20
    for struct in structs:
        fields = {field.encode_name for field in msgspec.structs.fields(struct)}
        assert fields <= set(schemas[schema_name(struct)]["properties"]), struct


def test_every_error_of_the_api_is_described(described: dict[str, Any]) -> None:
    """But those of the gateway, of our own faults, and of addresses that do not exist."""
    elsewhere = {"MethodNotAllowed", "General", "BadGateway"}
    codes = {
        schema["properties"]["code"]["const"]
        for name, schema in described["components"]["schemas"].items()
        if name.endswith("Error")
    }
    assert codes >= {one.code for one in below(ConnectError)} - elsewhere


def below(kind: type[ConnectError]) -> Iterator[type[ConnectError]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("connectory.") and "gateway" not in one.__module__:
            yield from below(one) if one.__subclasses__() else [one]


def shapes() -> Iterator[Any]:
    for one in ENDPOINTS:
        for shape in (one.operation.request, one.operation.answer):
            yield shape.of if isinstance(shape, Paged) else shape


def inside(shape: Any) -> Iterator[Any]:
    """The structs of a type, however deep."""
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        yield shape
        for field in msgspec.structs.fields(shape):
            yield from inside(field.type)
    for argument in getattr(shape, "__args__", ()):
        yield from inside(argument)


def test_examples_are_valid(described: dict[str, Any]) -> None:
    examples = [
        (content["schema"], content["example"])
        for path in described["paths"].values()
        for said in path.values()
        for content in said.get("requestBody", {"content": {}})["content"].values()
        if "example" in content
    ]
    assert len(examples) > 4
    for schema, example in examples:
        check(described, schema, example)


def check(described: dict[str, Any], schema: dict[str, Any], document: Any) -> None:
    OAS31Validator(schema | {"components": described["components"]}).validate(document)


def answers(api: Any) -> Iterator[tuple[str, str, Any]]:
    """Path, method and answer of the main operations and of what can go wrong with them."""
    staged = api.create(key="described", description="Described")
    drafts, by_id, by_key = (
        "/connectors/drafts",
        "/connectors/drafts/{id}",
        "/connectors/drafts/key={key}",
    )
    deployments = "/{projectKey}/deployments"
    here, unknown = f"{drafts}/{staged['id']}", "00000000-0000-4000-8000-000000000000"
    update = {"version": 1, "actions": [{"action": "setName", "name": "Renamed"}]}
    nothing = {
        "connector": {"key": "nothing"},
        "configurations": [],
        "region": "europe-west1.gcp",
    }
    yield by_id, "get", api.send("GET", here)
    yield by_key, "get", api.send("GET", f"{drafts}/key=described")
    yield by_id, "get", api.send("GET", f"{drafts}/{unknown}")
    yield by_id, "get", api.send("GET", f"{drafts}/nonsense")
    yield by_id, "get", api.send("GET", here, token="nonsense")
    yield by_id, "post", api.send("POST", here, {**update, "version": 7})
    yield by_id, "post", api.send("POST", here, update)
    yield by_id, "post", api.send("POST", here, {"version": 2})
    yield drafts, "get", api.send("GET", f"{drafts}?limit=1&sort=name%20desc&isPrivate=true")
    yield drafts, "get", api.send("GET", f"{drafts}?limit=501")
    yield drafts, "post", api.send("POST", drafts, api.draft())
    yield drafts, "post", api.send("POST", drafts, api.draft(key="described"))
    unread = {"url": str(api.repository), "tag": "no-such-tag"}
    yield drafts, "post", api.send("POST", drafts, api.draft(repository=unread))
    yield by_id, "delete", api.send("DELETE", here)
    yield "/connectors/{id}", "get", api.send("GET", f"/connectors/{unknown}")
    yield deployments, "get", api.send("GET", "/demo/deployments")
    yield deployments, "get", api.send("GET", "/another/deployments")
    yield deployments, "post", api.send("POST", "/demo/deployments", nothing)
    yield "/healthz", "get", api.send("GET", "/healthz")
    yield "/readyz", "get", api.send("GET", "/readyz")
    yield "/oauth/token", "post", api.send("POST", "/oauth/token", data=b"grant_type=x")
    who = api.first.credentials
    form = f"client_id={who.client_id}&client_secret={who.client_secret}"
    token = api.send("POST", "/oauth/token", data=f"{form}&grant_type=client_credentials".encode())
    assert token.status == 200
    yield "/oauth/token", "post", token
    seen = f"{form}&token={token.body['access_token']}".encode()
    yield "/oauth/introspect", "post", api.send("POST", "/oauth/introspect", data=seen)


def test_answers_are_as_described(api: Any, described: dict[str, Any]) -> None:
    statuses = set()
    for path, method, answer in answers(api):
        responses = described["paths"][path][method]["responses"]
        assert str(answer.status) in responses, (path, method, answer)
        content = responses[str(answer.status)]["content"]["application/json"]
        check(described, content["schema"], answer.body)
        statuses.add(answer.status)
    assert statuses == {200, 201, 400, 401, 403, 404, 409}


@pytest.mark.parametrize(
    "endpoint", [one for one in ENDPOINTS if one.operation.scopes], ids=lambda one: one.operation.id
)
def test_declared_scopes_are_the_ones_that_are_asked_for(
    api: Any, scoped: dict[str, str], endpoint: Endpoint
) -> None:
    """Whoever holds one of them is let through, whoever holds another is not."""
    names = {
        "id": "00000000-0000-4000-8000-000000000000",
        "key": "no-such-key",
        "projectKey": "demo",
        "revision": "1",
        "clientId": "no-such-client",
        "name": "nobody",
        "applicationName": "nobody",
        "messageId": "1",
    }
    path = endpoint.path.format(**names)
    for scope, token in scoped.items():
        answer = api.send(endpoint.method.upper(), path, data=b"{", token=token)
        assert (answer.status != 403) == (scope in endpoint.operation.scopes), scope


@pytest.fixture(scope="module")
def scoped(api_server: Any) -> dict[str, str]:
    """A token for each scope."""
    from connectory.auth.scopes import SCOPES

    return {scope: api_server.caller("demo", scope) for scope in SCOPES}


def test_a_number_that_no_database_takes_is_refused(api: Any) -> None:
    reference = {"id": "00000000-0000-4000-8000-000000000000", "version": 2**63}
    body = {"connector": reference, "configurations": [], "region": "europe-west1.gcp"}
    answer = api.send("POST", "/demo/deployments", body)
    assert (answer.status, answer.codes) == (400, ["InvalidJsonInput"])


def test_the_page_stands_alone(api: Any, described: dict[str, Any]) -> None:
    """Nothing is loaded, nothing runs, every link leads somewhere."""
    with urllib.request.urlopen(f"{api.url}/docs") as answer:
        page = answer.read().decode()
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<script|<img|<link|@import|url\(|\bsrc=|https?://(?!github)", page)
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    links = re.findall(r'href="([^"]+)"', page)
    assert {one for one in links if not one.startswith("#")} == {"/openapi.json"}
    assert {one[1:] for one in links if one.startswith("#")} <= ids
    assert ids >= set(described["components"]["schemas"])
    for methods in described["paths"].values():
        assert ids >= {one["operationId"].removesuffix("ByKey") for one in methods.values()}
