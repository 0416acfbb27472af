import base64
import json
import urllib.error
import urllib.request
from typing import Any

import pytest

PATH = "/oauth/token"


def post(api: Any, path: str, form: str, who: str | None) -> tuple[int, Any]:
    request = urllib.request.Request(api.url + path, data=form.encode())
    if who is not None:
        request.add_header("Authorization", f"Basic {base64.b64encode(who.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.fixture
def who(api: Any) -> str:
    credentials = api.first.credentials
    return f"{credentials.client_id}:{credentials.client_secret}"


def test_client_credentials_become_an_expiring_token(api: Any, who: str) -> None:
    status, body = post(api, PATH, "grant_type=client_credentials", who)
    assert status == 200
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert body["scope"] == "manage_project:demo manage_api_clients:demo"
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 172_800)


def test_the_grant_may_stand_in_the_query(api: Any, who: str) -> None:
    assert post(api, f"{PATH}?grant_type=client_credentials", "", who)[0] == 200


def test_a_token_may_be_asked_for_with_fewer_scopes(api: Any, who: str) -> None:
    form = "grant_type=client_credentials&scope=manage_project:demo"
    assert post(api, PATH, form, who)[1]["scope"] == "manage_project:demo"


@pytest.mark.parametrize(
    ("form", "given", "status", "code"),
    [
        ("grant_type=client_credentials", "x:y", 401, "invalid_client"),
        ("grant_type=client_credentials", None, 401, "invalid_client"),
        ("grant_type=password", "right", 400, "unsupported_grant_type"),
        ("", "right", 400, "unsupported_grant_type"),
        (
            "grant_type=client_credentials&scope=manage_project:other",
            "right",
            400,
            "invalid_scope",
        ),
    ],
)
def test_bad_requests_are_told_why(
    api: Any, who: str, form: str, given: str | None, status: int, code: str
) -> None:
    answer, body = post(api, PATH, form, who if given == "right" else given)
    assert (answer, body["error"], body["errors"][0]["code"]) == (status, code, code)


def test_introspection_tells_whether_a_token_is_active(api: Any, who: str) -> None:
    status, body = post(api, "/oauth/introspect", f"token={api.token}", who)
    assert (status, body["active"]) == (200, True)
    assert body["client_id"] == api.first.credentials.client_id
    assert post(api, "/oauth/introspect", "token=nonsense", who) == (200, {"active": False})
    assert post(api, "/oauth/introspect", f"token={api.token}", None)[0] == 401
