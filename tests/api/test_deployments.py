"""Creating and reading Deployments over HTTP; running them is another suite's matter."""

from typing import Any

import pytest

from connectory.connectors import store
from connectory.connectors.model import Build, BuiltApplication, IsPreviewable
from connectory.connectors.progress import published, released
from connectory.deployments.store import deployments
from connectory.specification import ApplicationType
from connectory.wire import replace

PATH = "/demo/deployments"
PROJECT = "europe-west1.gcp:demo"
APPLICATION = BuiltApplication(
    "service", ApplicationType.SERVICE, "/service", None, ("true",), "/workspace/service", None
)
BUILD = Build("c" * 40, "t" * 40, (APPLICATION,))


def publish(api: Any, staged: dict[str, Any]) -> dict[str, Any]:
    """What a finished pipeline leaves behind, written through the stores it uses."""

    def work(connection: Any) -> None:
        stored = store.staged_with_id(connection, staged["id"])
        version = store.next_version(connection, staged["id"])
        connector = released(stored.staged, version, certified=False)
        store.insert_connector(connection, connector, stored.organization_id, BUILD)
        ready = replace(published(stored.staged), is_previewable=IsPreviewable.TRUE)
        store.save_staged(connection, ready, expected=stored.staged.version, preview=BUILD)

    api.database.write_blocking(work)
    return dict(api.send("GET", f"/connectors/drafts/{staged['id']}").body)


def draft(deployed: dict[str, Any], **changes: Any) -> dict[str, Any]:
    values = {
        "applicationName": "service",
        "securedConfiguration": [{"key": "TOKEN", "value": "hunter2"}],
    }
    return {
        "connector": {"id": deployed["id"]},
        "region": "europe-west1.gcp",
        "configurations": [values],
    } | changes


def test_a_deployment_starts_deploying_and_shows_no_secret(api: Any) -> None:
    connector = publish(api, api.create())
    answer = api.send("POST", PATH, draft(connector, key="first"))
    assert answer.status == 201
    body = answer.body
    assert (body["status"], body["type"], body["preview"]) == ("Deploying", "sandbox", False)
    assert body["details"] == {}
    assert body["applications"][0]["securedConfiguration"] == [{"key": "TOKEN", "value": "*******"}]
    assert body["applications"][0]["standardConfiguration"] == [{"key": "MODE", "value": "fast"}]
    assert api.send("GET", f"{PATH}/{body['id']}").body == body
    assert api.send("GET", f"{PATH}/key=first").body == body
    kept = api.database.read_blocking(lambda c: str(c.execute(deployments.select()).all()))
    assert "hunter2" not in kept


def test_a_published_connector_is_read_by_id_and_key(api: Any) -> None:
    staged = publish(api, api.create(key="readable"))
    body = api.send("GET", "/connectors/key=readable").body
    assert (body["id"], body["version"], body["certified"]) == (staged["id"], 1, False)
    assert api.send("GET", f"/connectors/{staged['id']}").body == body


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"connector": {}}, ["InvalidJsonInput"]),
        ({"connector": {"key": "unknown"}}, ["ConnectorReferenceNotFound"]),
        ({"region": "mars"}, ["DeploymentUnsupportedRegion"]),
        ({"type": "preview"}, ["DeploymentInvalidType"]),
        ({"type": "staging"}, ["InvalidJsonInput"]),
        ({"type": "production"}, ["DeploymentProductionDeactivated"]),
        ({"configurations": []}, ["DeploymentApplicationRequired"]),
        (
            {"configurations": [{"applicationName": "service"}]},
            ["DeploymentMissingApplicationConfigurationKey"],
        ),
        ({"surprise": 1}, ["InvalidJsonInput"]),
    ],
)
def test_a_wrong_draft_creates_nothing(api: Any, changes: dict[str, Any], codes: list[str]) -> None:
    connector = publish(api, api.create())
    before = api.send("GET", PATH).body["total"]
    answer = api.send("POST", PATH, draft(connector, **changes))
    assert (answer.status, answer.codes) == (400, codes)
    assert api.send("GET", PATH).body["total"] == before


def test_versions_are_pinned_and_unknown_ones_refused(api: Any) -> None:
    connector = publish(api, api.create())
    publish(api, connector)
    for version, deployed in ((1, 1), (2, 2), (None, 2)):
        reference = {"id": connector["id"], "version": version}
        answer = api.send("POST", PATH, draft(connector, connector=reference))
        assert answer.body["connector"]["version"] == deployed
    answer = api.send(
        "POST", PATH, draft(connector, connector={"id": connector["id"], "version": 3})
    )
    assert answer.codes == ["ConnectorReferenceNotFound"]


def test_a_draft_is_previewed_in_listed_projects_only(api: Any) -> None:
    reference = {"staged": True}
    unlisted = publish(api, api.create())
    answer = api.send("POST", PATH, draft(unlisted, connector=reference | {"id": unlisted["id"]}))
    assert (answer.status, answer.codes) == (403, ["AuthorizationError"])
    listed = publish(api, api.create(privateProjects=[PROJECT]))
    preview = draft(listed, connector=reference | {"id": listed["id"]})
    answer = api.send("POST", PATH, preview)
    assert (answer.status, answer.body["type"], answer.body["preview"]) == (201, "preview", True)
    fresh = api.create(privateProjects=[PROJECT])
    answer = api.send("POST", PATH, draft(fresh, connector=reference | {"id": fresh["id"]}))
    assert answer.codes == ["ConnectorStagedNotPreviewable"]


def test_a_key_is_taken_once_in_a_project(api: Any) -> None:
    connector = publish(api, api.create())
    assert api.send("POST", PATH, draft(connector, key="twice")).status == 201
    again = api.send("POST", PATH, draft(connector, key="twice"))
    assert again.codes == ["DuplicateField"]


def test_deleting_answers_202_as_often_as_it_is_asked(api: Any) -> None:
    made = api.send("POST", PATH, draft(publish(api, api.create()))).body
    for _ in range(2):
        answer = api.send("DELETE", f"{PATH}/{made['id']}?version=1")
        assert (answer.status, answer.body["status"]) == (202, "Undeploying")


def test_a_generated_api_client_needs_its_scope(api: Any) -> None:
    staged = publish(api, api.create(repository={"url": str(api.repository), "tag": "client"}))
    assert staged["apiClient"] == {"scopes": ["manage_orders"]}
    weak = api.caller("demo", "manage_connectors_deployments")
    assert api.send("POST", PATH, draft(staged), token=weak).codes == ["AuthorizationError"]
    answer = api.send("POST", PATH, draft(staged))
    assert answer.status == 201
    assert answer.body["apiClient"]["scopes"] == ["manage_orders:demo"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("applicationName=other", "DeploymentApplicationDoesNotExist"),
        ("startDate=yesterday", "DeploymentLogInvalidDate"),
        ("endDate=2026-13-01", "DeploymentLogInvalidDate"),
        ("pageToken=nonsense", "DeploymentLogInvalidPageToken"),
    ],
)
def test_a_wrong_log_query_is_refused(api: Any, query: str, code: str) -> None:
    made = api.send("POST", PATH, draft(publish(api, api.create()))).body
    answer = api.send("GET", f"{PATH}/{made['id']}/logs?{query}")
    assert (answer.status, answer.codes) == (400, [code])


def test_logs_of_a_quiet_deployment_are_empty(api: Any) -> None:
    made = api.send("POST", PATH, draft(publish(api, api.create()))).body
    for query in ("", "?limit=100", "?startDate=2099-01-01T00:00:00"):
        answer = api.send("GET", f"{PATH}/{made['id']}/logs{query}")
        assert (answer.status, answer.body) == (200, {"data": [], "next": ""})


def test_deployments_are_filtered_by_type(api: Any) -> None:
    api.send("POST", PATH, draft(publish(api, api.create())))
    assert api.send("GET", f"{PATH}?deploymentType=sandbox").body["total"] > 0
    assert api.send("GET", f"{PATH}?deploymentType=production").body["total"] == 0
    assert api.send("GET", f"{PATH}?deploymentType=other").codes == ["InvalidQueryParam"]
