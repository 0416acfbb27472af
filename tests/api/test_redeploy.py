"""Deploying again over HTTP: what is kept, what is refused. Running it is tested elsewhere."""

from typing import Any

import msgspec
import pytest
from tests.api.released import (
    DEPLOYMENTS,
    PROJECT,
    deploy,
    draft,
    finish,
    redeploy,
    release,
    values,
)

from connectory.connectors import store as connectors
from connectory.deployments.model import Secrets
from connectory.deployments.store import deployment_with
from connectory.durable.runs import runs_of

MANY = [
    values(),
    {"applicationName": "listener"},
    {"applicationName": "nightly"},
]
GLOBAL = {
    "standardConfiguration": [{"key": "REGION", "value": "eu"}],
    "securedConfiguration": [{"key": "SHARED", "value": "shared-secret"}],
}


def many(api: Any, **changes: Any) -> dict[str, Any]:
    """A connector with a service, an event application and a job."""
    repository = {"url": str(api.repository), "tag": "many"}
    return release(api, api.create(repository=repository, **changes))


def deploy_many(api: Any, **changes: Any) -> dict[str, Any]:
    wanted = {"configurations": MANY, "globalConfiguration": GLOBAL} | changes
    return deploy(api, many(api), **wanted)


def secrets(api: Any, deployment: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What the applications really get, by name."""
    stored = api.database.read_blocking(lambda c: deployment_with(c, id=deployment["id"]))
    text = api.seal.open(stored.sealed, deployment["id"])
    opened = msgspec.json.decode(text, type=Secrets)
    return {one.application_name: one.variables for one in opened.applications}


def application(deployment: dict[str, Any], name: str = "service") -> dict[str, Any]:
    return next(one for one in deployment["applications"] if one["applicationName"] == name)


def test_a_redeploy_without_values_keeps_all_and_begins_a_new_run(api: Any) -> None:
    before = deploy_many(api)
    answer = redeploy(api, before)
    assert answer.status == 201
    assert answer.body == before | {
        "version": before["version"] + 1,
        "status": "Deploying",
        "details": {},
    }
    runs = api.database.read_blocking(lambda c: runs_of(c, before["id"]))
    assert [(one.workflow, one.state) for one in runs] == [
        ("deploy", "queued"),
        ("deploy", "succeeded"),
    ]


def test_values_are_merged_by_key(api: Any) -> None:
    before = deploy_many(api)
    wanted = {
        "applicationName": "service",
        "standardConfiguration": [{"key": "MODE", "value": "slow"}],
    }
    shared = {"standardConfiguration": [{"key": "REGION", "value": "us"}]}
    after = redeploy(api, before, configurationValues=[wanted], globalConfiguration=shared).body
    shown = application(after)
    assert shown["standardConfiguration"] == [{"key": "MODE", "value": "slow"}]
    assert shown["securedConfiguration"] == [{"key": "TOKEN", "value": "*******"}]
    assert after["globalConfiguration"]["standardConfiguration"] == [
        {"key": "REGION", "value": "us"}
    ]
    kept = secrets(api, after)
    everyone = {"REGION": "us", "SHARED": "shared-secret"}
    assert kept["service"] == everyone | {"MODE": "slow", "TOKEN": "hunter2"}
    assert kept["listener"] == everyone
    # a secret of its own, now
    finish(api, after)
    secret = values(securedConfiguration=[{"key": "TOKEN", "value": "better"}])
    current = api.send("GET", f"{DEPLOYMENTS}/{before['id']}").body
    again = redeploy(api, current, configurationValues=[secret]).body
    assert application(again)["securedConfiguration"] == [{"key": "TOKEN", "value": "******"}]
    assert secrets(api, again)["service"]["TOKEN"] == "better"
    assert secrets(api, again)["service"]["MODE"] == "slow"


def test_ids_and_urls_stay(api: Any) -> None:
    before = deploy_many(api)
    after = redeploy(api, before).body
    same = [(one["id"], one["url"]) for one in before["applications"]]
    assert [(one["id"], one["url"]) for one in after["applications"]] == same


@pytest.mark.parametrize(
    ("action", "codes"),
    [
        ({"configurationValues": []}, ["DeploymentApplicationRequired"]),
        (
            {"configurationValues": [{"applicationName": "other"}]},
            ["DeploymentApplicationDoNotBelong"],
        ),
        (
            {
                "configurationValues": [
                    values(standardConfiguration=[{"key": "TOKEN", "value": "x"}])
                ]
            },
            ["DeploymentUnknownApplicationConfigurationKey"],
        ),
        (
            {"configurationValues": [values(), values()]},
            ["InvalidJsonInput"],
        ),
        (
            {"globalConfiguration": {"standardConfiguration": [{"key": "NOPE", "value": "x"}]}},
            ["DeploymentUnknownGlobalConfigurationKey"],
        ),
        (
            {"globalConfiguration": {"standardConfiguration": [{"key": "REGION", "value": ""}]}},
            ["DeploymentEmptyRequiredGlobalConfigurationKey"],
        ),
        ({"configurations": []}, ["InvalidJsonInput"]),
        (
            {"configurationValues": [{"applicationName": "service", "schedule": "@daily"}]},
            ["InvalidJsonInput"],
        ),
        (
            {"configurationValues": [{"applicationName": "nightly", "schedule": "at night"}]},
            ["InvalidJsonInput"],
        ),
        (
            {
                "configurationValues": [{"applicationName": "other"}],
                "globalConfiguration": {"standardConfiguration": [{"key": "NOPE", "value": "x"}]},
            },
            ["DeploymentApplicationDoNotBelong", "DeploymentUnknownGlobalConfigurationKey"],
        ),
    ],
)
def test_a_wrong_redeploy_changes_nothing(
    api: Any, action: dict[str, Any], codes: list[str]
) -> None:
    before = deploy_many(api)
    answer = redeploy(api, before, **action)
    assert (answer.status, answer.codes) == (400, codes)
    assert api.send("GET", f"{DEPLOYMENTS}/{before['id']}").body == before


@pytest.mark.parametrize("actions", [[{}], [{"action": "rename"}], [7], None])
def test_an_unknown_action_is_refused(api: Any, actions: Any) -> None:
    before = deploy_many(api)
    body = {"version": before["version"], "actions": actions}
    answer = api.send("POST", f"{DEPLOYMENTS}/{before['id']}", body)
    assert answer.codes == ["InvalidJsonInput"]


def test_a_stale_version_is_a_conflict(api: Any) -> None:
    before = deploy_many(api)
    answer = redeploy(api, before | {"version": before["version"] - 1})
    assert (answer.status, answer.codes) == (409, ["ConcurrentModification"])
    assert answer.body["errors"][0]["currentVersion"] == before["version"]


def test_what_is_under_way_is_not_started_again(api: Any) -> None:
    deploying = redeploy(api, deploy_many(api)).body
    again = redeploy(api, deploying)
    assert (again.status, again.codes) == (400, ["DeploymentInvalidStatusTransition"])
    assert again.body["message"] == "Invalid status change: Already deploying"
    twice = {"version": deploying["version"], "actions": [{"action": "redeploy"}] * 2}
    finished = finish(api, deploying)
    path = f"{DEPLOYMENTS}/{finished['id']}"
    assert api.send("POST", path, twice | {"version": finished["version"]}).status == 400
    api.send("DELETE", path)
    going = api.send("GET", path).body
    answer = redeploy(api, going)
    assert answer.body["message"] == "Invalid status change: Already undeploying"


def test_a_failed_one_can_be_deployed_again(api: Any) -> None:
    failed = finish(api, redeploy(api, deploy_many(api)).body, "Failed")
    assert redeploy(api, failed).body["status"] == "Deploying"


def test_without_updating_it_stays_at_its_version_with_it_at_the_latest(api: Any) -> None:
    staged = release(api, api.create())
    before = deploy(api, staged)
    moved = api.update(staged, {"action": "setRepository", "tag": "2.0.0"}).body
    release(api, moved, number=2)
    after = redeploy(api, before).body
    assert (after["connector"]["version"], after["connector"]["repository"]["tag"]) == (1, "1.0.0")
    after = finish(api, after)
    latest = redeploy(api, after, updateConnector=True).body
    assert latest["connector"]["version"] == 2
    assert latest["connector"]["repository"]["tag"] == "2.0.0"
    # MODE became SPEED, with a default
    assert application(latest)["standardConfiguration"] == [{"key": "SPEED", "value": "fast"}]
    assert secrets(api, latest)["service"] == {"SPEED": "fast", "TOKEN": "hunter2"}
    stored = api.database.read_blocking(lambda c: deployment_with(c, id=before["id"]))
    assert stored.build.commit.endswith("2")


def test_a_preview_is_updated_from_its_draft(api: Any) -> None:
    staged = release(api, api.create(privateProjects=[PROJECT]))
    before = deploy(api, staged, connector={"id": staged["id"], "staged": True})
    renamed = api.update(staged, {"action": "setName", "name": "Better"}).body
    after = redeploy(api, before, updateConnector=True).body
    assert (after["connector"]["name"], after["connector"]["version"]) == (
        "Better",
        renamed["version"],
    )


def test_an_update_that_cannot_be_says_why(api: Any) -> None:
    staged = release(api, api.create())
    before = deploy(api, staged)
    api.database.write_blocking(lambda c: connectors.delete_staged(c, staged["id"]))
    answer = redeploy(api, before, updateConnector=True)
    assert (answer.status, answer.codes) == (400, ["DeploymentConnectorUpdateFailure"])
    assert "not found" in answer.body["message"]
    # its snapshot still works
    assert redeploy(api, before).status == 201


def test_a_new_version_without_the_region_or_the_applications_is_refused(api: Any) -> None:
    staged = release(api, api.create())
    before = deploy(api, staged)
    moved = api.update(staged, {"action": "setSupportedRegions", "regions": ["us-east-2.aws"]})
    release(api, moved.body, number=2)
    answer = redeploy(api, before, updateConnector=True)
    assert answer.codes == ["DeploymentConnectorUpdateFailure"]
    assert "europe-west1.gcp" in answer.body["message"]


def test_an_api_client_that_a_new_version_asks_for_needs_its_scope(api: Any) -> None:
    staged = release(api, api.create())
    before = deploy(api, staged)
    moved = api.update(staged, {"action": "setRepository", "tag": "client"}).body
    release(api, moved, number=2)
    body = {
        "version": before["version"],
        "actions": [{"action": "redeploy", "updateConnector": True}],
    }
    path = f"{DEPLOYMENTS}/{before['id']}"
    weak = api.caller("demo", "manage_connectors_deployments")
    assert api.send("POST", path, body, token=weak).codes == ["AuthorizationError"]
    after = api.send("POST", path, body).body
    assert after["apiClient"]["scopes"] == ["manage_orders:demo"]
    # rolling back keeps the client known: it goes with the Deployment
    finished = finish(api, after)
    back = api.send("POST", f"{path}/revisions/1/rollback").body
    assert back["apiClient"] == finished["apiClient"]


def test_a_job_has_its_schedule_and_keeps_an_override(api: Any) -> None:
    before = deploy_many(api)
    assert application(before, "nightly")["schedule"] == "0 0 * * *"
    wanted = {"applicationName": "nightly", "schedule": "@hourly"}
    changed = redeploy(api, before, configurationValues=[wanted]).body
    assert application(changed, "nightly")["schedule"] == "@hourly"
    kept = redeploy(api, finish(api, changed)).body
    assert application(kept, "nightly")["schedule"] == "@hourly"


@pytest.mark.parametrize(
    ("name", "policy", "code"),
    [
        ("service", {"strategy": "immediate"}, "DeploymentRetryPolicyOverrideNotAllowed"),
        ("nightly", {"strategy": "immediate"}, "DeploymentRetryPolicyOverrideNotAllowed"),
        ("listener", {"strategy": "sometimes"}, "DeploymentInvalidRetryPolicy"),
        ("listener", {"strategy": "exponential-backoff"}, "DeploymentInvalidRetryPolicy"),
        (
            "listener",
            {"strategy": "immediate", "maxAttempts": 5},
            "DeploymentInvalidRetryPolicy",
        ),
        (
            "listener",
            {
                "strategy": "exponential-backoff",
                "minBackoffSeconds": 10,
                "maxBackoffSeconds": 9,
            },
            "DeploymentInvalidRetryPolicy",
        ),
        (
            "listener",
            {
                "strategy": "exponential-backoff",
                "minBackoffSeconds": 1,
                "maxBackoffSeconds": 600,
                "maxAttempts": 4,
            },
            "DeploymentInvalidRetryPolicy",
        ),
        (
            "listener",
            {
                "strategy": "exponential-backoff",
                "minBackoffSeconds": 0,
                "maxBackoffSeconds": 600,
            },
            "DeploymentInvalidRetryPolicy",
        ),
    ],
)
def test_a_wrong_retry_policy_is_refused_at_create_and_redeploy(
    api: Any, name: str, policy: dict[str, Any], code: str
) -> None:
    wanted = {"applicationName": name, "retryPolicy": policy}
    if name == "service":
        wanted = values() | wanted
    before = deploy_many(api)
    assert redeploy(api, before, configurationValues=[wanted]).codes == [code]
    body = draft(many(api), configurations=[wanted], globalConfiguration=GLOBAL)
    assert api.send("POST", DEPLOYMENTS, body).codes == [code]


def test_an_event_application_shows_its_retry_policy(api: Any) -> None:
    before = deploy_many(api)
    assert application(before, "listener")["retryPolicy"] == {"strategy": "immediate"}
    policy = {
        "strategy": "exponential-backoff",
        "minBackoffSeconds": 1,
        "maxBackoffSeconds": 600,
        "maxAttempts": 5,
    }
    wanted = {"applicationName": "listener", "retryPolicy": policy}
    changed = redeploy(api, before, configurationValues=[wanted]).body
    assert application(changed, "listener")["retryPolicy"] == policy


def test_every_success_is_a_revision_without_secrets(api: Any) -> None:
    before = deploy_many(api)
    path = f"{DEPLOYMENTS}/{before['id']}/revisions"
    failed = finish(api, redeploy(api, before).body, "Failed")
    assert [one["revision"] for one in api.send("GET", path).body["results"]] == [1]
    wanted = values(standardConfiguration=[{"key": "MODE", "value": "slow"}])
    finish(api, redeploy(api, failed, configurationValues=[wanted]).body)
    answered = api.send("GET", path).body
    listed = answered.pop("results")
    assert answered == {"limit": 20, "offset": 0, "count": 2, "total": 2}
    assert [one["revision"] for one in listed] == [2, 1]
    second = api.send("GET", f"{path}?limit=1&offset=1").body
    assert second == {"limit": 1, "offset": 1, "count": 1, "total": 2, "results": listed[1:]}
    newest = listed[0]
    assert api.send("GET", f"{path}/2").body == newest
    assert newest["connector"]["version"] == 1
    assert newest["applications"][0]["standardConfiguration"] == [{"key": "MODE", "value": "slow"}]
    assert newest["applications"][0]["securedConfiguration"] == [
        {"key": "TOKEN", "value": "*******"}
    ]
    assert "hunter2" not in str(listed)
    assert "hunter2" not in api.database.read_blocking(
        lambda c: str(c.exec_driver_sql("SELECT * FROM deployment_revisions").all())
    )


@pytest.mark.parametrize(
    ("revision", "status", "code"),
    [
        ("9", 404, "ResourceNotFound"),
        ("0", 400, "InvalidPathParam"),
        ("x", 400, "InvalidPathParam"),
        ("1e3", 400, "InvalidPathParam"),
    ],
)
def test_an_unknown_revision_is_told(api: Any, revision: str, status: int, code: str) -> None:
    deployment = deploy_many(api, key=f"revised-{revision}")
    for where in (deployment["id"], f"key=revised-{revision}"):
        path = f"{DEPLOYMENTS}/{where}/revisions/{revision}"
        for answer in (api.send("GET", path), api.send("POST", f"{path}/rollback")):
            assert (answer.status, answer.codes) == (status, [code])


def test_a_rollback_brings_values_and_version_back_as_a_new_version(api: Any) -> None:
    staged = release(api, api.create())
    first = deploy(api, staged)
    moved = api.update(staged, {"action": "setRepository", "tag": "2.0.0"}).body
    release(api, moved, number=2)
    secret = values(securedConfiguration=[{"key": "TOKEN", "value": "another"}])
    second = finish(
        api, redeploy(api, first, updateConnector=True, configurationValues=[secret]).body
    )
    path = f"{DEPLOYMENTS}/{first['id']}"
    answer = api.send("POST", f"{path}/revisions/1/rollback", {"version": second["version"]})
    assert answer.status == 201
    body = answer.body
    assert (body["status"], body["rollbackRevision"]) == ("Deploying", 1)
    assert body["version"] == second["version"] + 1
    assert body["connector"] == first["connector"]
    assert body["applications"] == first["applications"]
    assert secrets(api, body)["service"] == {"MODE": "fast", "TOKEN": "hunter2"}
    done = finish(api, body)
    assert [one["revision"] for one in api.send("GET", f"{path}/revisions").body["results"]] == [
        3,
        2,
        1,
    ]
    # a plain redeploy is no rollback any more
    assert "rollbackRevision" not in redeploy(api, done).body


def test_a_rollback_is_refused_while_busy_and_for_what_runs(api: Any) -> None:
    deployment = deploy_many(api)
    path = f"{DEPLOYMENTS}/{deployment['id']}"
    rollback = f"{path}/revisions/1/rollback"
    same = api.send("POST", rollback)
    assert (same.status, same.codes) == (400, ["DeploymentRollbackNotAllowed"])
    stale = api.send("POST", rollback, {"version": 99})
    assert (stale.status, stale.codes) == (409, ["ConcurrentModification"])
    deploying = redeploy(api, deployment).body
    assert api.send("POST", rollback).codes == ["DeploymentRollbackNotAllowed"]
    # what failed can go back to what still serves
    finish(api, deploying, "Failed")
    assert api.send("POST", rollback).status == 201


def test_old_revisions_make_room(api: Any) -> None:
    from connectory.deployments.revisions import KEPT, keep_revision

    deployment = deploy_many(api)

    def work(connection: Any) -> None:
        for _ in range(KEPT):
            keep_revision(connection, deployment_with(connection, id=deployment["id"]))

    api.database.write_blocking(work)
    listed = api.send("GET", f"{DEPLOYMENTS}/{deployment['id']}/revisions").body["results"]
    assert [one["revision"] for one in listed] == list(range(KEPT + 1, 1, -1))
