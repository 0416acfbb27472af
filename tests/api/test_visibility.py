"""Who may see and do what: every endpoint of this release, every kind of caller."""

from typing import Any

import pytest

READS = ["/connectors/drafts", "/connectors/drafts/key={key}", "/connectors/drafts/{id}"]
PROJECT_READS = ["/demo/deployments", "/demo/deployments/key=none"]


@pytest.fixture(scope="module")
def staged(api_server: Any) -> dict[str, Any]:
    return dict(api_server.create(key="guarded"))


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    ("who", "status"), [("sister", 200), ("reader", 200), ("stranger", 404), ("powerless", 403)]
)
def test_drafts_are_seen_by_their_organization(
    api: Any, others: dict[str, str], staged: dict[str, Any], path: str, who: str, status: int
) -> None:
    answer = api.send("GET", path.format(**staged), token=others[who])
    if path == READS[0] and who == "stranger":
        assert (answer.status, answer.body["total"]) == (200, 0)
    else:
        assert answer.status == status


@pytest.mark.parametrize(
    ("who", "status"), [("reader", 403), ("stranger", 404), ("powerless", 403)]
)
def test_only_managers_of_the_organization_change_a_draft(
    api: Any, others: dict[str, str], staged: dict[str, Any], who: str, status: int
) -> None:
    body = {"version": staged["version"], "actions": [{"action": "setName", "name": "stolen"}]}
    path = f"/connectors/drafts/{staged['id']}"
    assert api.send("POST", path, body, token=others[who]).status == status
    assert api.send("DELETE", path, token=others[who]).status == status
    assert api.send("GET", path).body == staged


@pytest.mark.parametrize("who", ["reader", "powerless"])
def test_only_managers_create(api: Any, others: dict[str, str], who: str) -> None:
    answer = api.send("POST", "/connectors/drafts", api.draft(), token=others[who])
    assert (answer.status, answer.codes) == (403, ["AuthorizationError"])
    answer = api.send("POST", "/demo/deployments", {}, token=others[who])
    assert answer.status == 403


@pytest.mark.parametrize("path", PROJECT_READS)
@pytest.mark.parametrize("who", ["sister", "stranger", "powerless"])
def test_deployments_belong_to_one_project(
    api: Any, others: dict[str, str], path: str, who: str
) -> None:
    assert api.send("GET", path, token=others[who]).status == 403


def test_a_project_of_a_reserved_name_is_not_shadowed(api: Any) -> None:
    from connectory.auth.administration import ProjectDraft, add_project

    for name in ("console", "oauth", "marketplace", "metrics", "connectors", "healthz"):
        api.database.write_blocking(lambda c, n=name: add_project(c, ProjectDraft(key=n)))
        token = api.caller(name)
        answer = api.send("GET", f"/{name}/deployments", token=token)
        assert (answer.status, answer.body["total"]) == (200, 0), name


def test_an_administrator_sets_up_from_afar(api: Any) -> None:
    import base64

    def basic(password: str) -> dict[str, str]:
        who = base64.b64encode(f"admin:{password}".encode()).decode()
        return {"Authorization": f"Basic {who}"}

    path, right = "/platform/projects", basic(api.first.password)
    made = api.send("POST", path, {"key": "remote"}, headers=right)
    assert (made.status, made.body["region"]) == (201, "europe-west1.gcp")
    client = api.send("POST", "/platform/api-clients", {"projectKey": "remote"}, headers=right)
    assert (client.status, client.body["projectKey"]) == (201, "remote")
    refused = api.send("POST", path, {"key": "other"}, headers=basic("wrong"))
    assert (refused.status, refused.codes) == (401, ["AuthenticationError"])
    assert api.send("POST", path, {"key": "x"}, headers=right).codes == ["InvalidJsonInput"]


def test_metrics_count_requests_by_address_pattern(api: Any) -> None:
    import urllib.request

    api.send("GET", "/connectors/drafts/key=never-there")
    with urllib.request.urlopen(f"{api.url}/metrics", timeout=30) as response:
        text = response.read().decode()
    line = (
        'connectory_requests_total{method="GET",path="/connectors/drafts/key={key}",status="404"}'
    )
    assert line in text
    assert "never-there" not in text
    assert "# TYPE connectory_runs gauge" in text
