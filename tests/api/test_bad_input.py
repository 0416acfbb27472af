"""Whatever is sent, the answer is the contract's error and nothing changes."""

import socket
from typing import Any

import pytest

DRAFTS = "/connectors/drafts"
DEPLOYMENTS = "/demo/deployments"


def state(api: Any) -> Any:
    return [api.send("GET", f"{path}?limit=500").body for path in (DRAFTS, DEPLOYMENTS)]


@pytest.mark.parametrize("path", [DRAFTS, DEPLOYMENTS, f"{DRAFTS}/key=victim"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"{}",
        b"\xff\xfe",
        b'{"version": 1e400}',
        b"[" * 100_000,
        b'{"key": "\\ud800"}',
    ],
)
def test_malformed_json_is_refused(api: Any, path: str, data: bytes) -> None:
    if api.send("GET", f"{DRAFTS}/key=victim").status == 404:
        api.create(key="victim")
    before = state(api)
    answer = api.send("POST", path, data=data)
    assert (answer.status, answer.codes) == (400, ["InvalidJsonInput"])
    assert answer.details
    assert state(api) == before


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"name": 7}, "$.name"),
        ({"name": None}, "$.name"),
        ({"name": ""}, "$.name"),
        ({"key": "a"}, "$.key"),
        ({"key": "with space"}, "$.key"),
        ({"key": "newline\n"}, "$.key"),
        ({"privateProjects": ["europe-west1.gcp:demo\n"]}, "$.privateProjects"),
        ({"key": "k" * 257}, "$.key"),
        ({"creator": {}}, "email"),
        ({"creator": {"email": "nobody"}}, "$.creator.email"),
        ({"creator": {"email": "a@b.c", "noOfContributors": 0}}, "noOfContributors"),
        ({"repository": {"url": "x"}}, "tag"),
        ({"supportedRegions": ["mars"]}, "$.supportedRegions"),
        ({"integrationTypes": "tax"}, "$.integrationTypes"),
        ({"privateProjects": ["nowhere"]}, "$.privateProjects"),
        ({"surprise": True}, "surprise"),
        ({"creator": {"email": "a@b.c", "surprise": 1}}, "surprise"),
    ],
)
def test_a_wrong_field_is_named(api: Any, changes: dict[str, Any], names: str) -> None:
    before = state(api)
    answer = api.send("POST", DRAFTS, api.draft(**changes))
    assert (answer.status, answer.codes) == (400, ["InvalidJsonInput"])
    assert names in answer.details
    assert state(api) == before


@pytest.mark.parametrize(
    "body",
    [
        {"actions": []},
        {"version": 1},
        {"version": "1", "actions": []},
        {"version": 1.5, "actions": []},
        {"version": 1, "actions": {}},
        {"version": 1, "actions": [{}]},
        {"version": 1, "actions": [{"action": "destroy"}]},
        {"version": 1, "actions": [{"action": "setName"}]},
        {"version": 1, "actions": [{"action": "setName", "name": ["x"]}]},
        {"version": 1, "actions": [{"action": "setName", "name": "x", "more": 1}]},
        {"version": 1, "actions": [{"action": "publish"}]},
        {"version": 1, "actions": [{"action": "publish", "certification": "false"}]},
        {"version": 1, "actions": [{"action": "addPrivateProject", "privateProject": "x"}]},
        {"version": 1, "actions": [{"action": "setRepository", "url": "https://x"}]},
    ],
)
def test_a_wrong_update_changes_nothing(api: Any, body: dict[str, Any]) -> None:
    staged = api.create()
    answer = api.send("POST", f"{DRAFTS}/{staged['id']}", body)
    assert (answer.status, answer.codes) == (400, ["InvalidJsonInput"])
    assert api.send("GET", f"{DRAFTS}/{staged['id']}").body == staged


@pytest.mark.parametrize("version", [0, -1, 2, 10**15])
def test_a_wrong_version_is_a_conflict(api: Any, version: int) -> None:
    staged = api.create()
    body = {"version": version, "actions": [{"action": "setName", "name": "x"}]}
    answer = api.send("POST", f"{DRAFTS}/{staged['id']}", body)
    assert (answer.status, answer.codes) == (409, ["ConcurrentModification"])


def test_one_bad_action_spoils_the_others(api: Any) -> None:
    staged = api.create()
    answer = api.update(
        staged,
        {"action": "setName", "name": "changed"},
        {"action": "removePrivateProject", "privateProject": "europe-west1.gcp:none"},
    )
    assert answer.codes == ["FieldValueNotFound"]
    assert api.send("GET", f"{DRAFTS}/{staged['id']}").body == staged


@pytest.mark.parametrize("path", [DRAFTS, DEPLOYMENTS])
@pytest.mark.parametrize(
    "query",
    [
        "limit=501",
        "limit=-1",
        "limit=ten",
        "limit=1.5",
        "limit=",
        "limit=99999999999999999999",
        "offset=10001",
        "offset=-1",
        "sort=secret",
        "sort=createdAt%20sideways",
        "sort=",
    ],
)
def test_a_wrong_query_parameter_is_refused(api: Any, path: str, query: str) -> None:
    answer = api.send("GET", f"{path}?{query}")
    assert (answer.status, answer.codes) == (400, ["InvalidQueryParam"])
    assert query.split("=", maxsplit=1)[0] in answer.details


@pytest.mark.parametrize("query", ["isPrivate=maybe", "isPrivate="])
def test_a_wrong_filter_is_refused(api: Any, query: str) -> None:
    assert api.send("GET", f"{DRAFTS}?{query}").codes == ["InvalidQueryParam"]


@pytest.mark.parametrize("base", [DRAFTS, "/connectors", DEPLOYMENTS])
@pytest.mark.parametrize(
    "name", ["nonsense", "7", "key=a", "key=" + "k" * 257, "key=a%20b", "%00", "..%2f..", "key="]
)
def test_a_wrong_address_is_refused(api: Any, base: str, name: str) -> None:
    answer = api.send("GET", f"{base}/{name}")
    assert answer.status in {400, 404}
    assert answer.codes in (["InvalidPathParam"], ["ResourceNotFound"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", DRAFTS, 405),
        ("DELETE", DRAFTS, 405),
        ("PATCH", "/connectors/key=x1", 405),
        ("GET", "/oauth/token", 405),
        ("GET", "/", 404),
        ("GET", "/connectors/drafts/", 404),
        ("GET", "/a/b/c/d", 404),
    ],
)
def test_the_framework_never_speaks_for_itself(
    api: Any, method: str, path: str, status: int
) -> None:
    answer = api.send(method, path)
    assert answer.status == status
    assert answer.body["statusCode"] == status
    assert answer.body["errors"][0]["message"] == answer.body["message"]
    if status == 405:
        assert answer.headers["Allow"]


def test_a_huge_body_is_refused_before_it_is_read(api: Any) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=100) as connection:
        head = (
            f"POST {DRAFTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token}\r\n"
            f"Content-Length: {10**9}\r\n\r\n"
        )
        connection.sendall(head.encode())
        # no more than it takes to be refused
        sent, piece = 0, b" " * 65_536
        try:
            while sent < 64 * 1024 * 1024:
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        assert sent < 64 * 1024 * 1024
    assert api.send("GET", "/healthz").status == 200


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000])
@pytest.mark.parametrize("path", [DRAFTS, DEPLOYMENTS, "/connectors/key=x1"])
def test_without_a_valid_token_nothing_is_told(api: Any, token: str, path: str) -> None:
    answer = api.send("GET", path, token=token)
    assert answer.status == 401
    assert answer.body == {
        "statusCode": 401,
        "message": "invalid_token",
        "errors": [{"code": "invalid_token", "message": "invalid_token"}],
        "error": "invalid_token",
    }


def test_the_correlation_id_is_echoed_or_made(api: Any) -> None:
    echoed = api.send("GET", "/healthz", headers={"X-Correlation-ID": "abc-1"})
    assert echoed.headers["X-Correlation-ID"] == "abc-1"
    assert len(api.send("GET", "/healthz").headers["X-Correlation-ID"]) > 10
    assert api.send("GET", "/nowhere/at/all").headers["X-Correlation-ID"]
