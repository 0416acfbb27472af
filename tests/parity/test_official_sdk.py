"""The official SDK, unmodified, drives the main road with its own token flow."""

import json
import shutil
from typing import Any

import pytest
from tests.parity.official import HERE, Official, run
from tests.parity.support import PROJECT, REGION, REPOSITORY, TAG, Platform

pytestmark = pytest.mark.registry

KEY = "greeting-sdk"
SECRET = "sdk-signing-key"
Steps = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def steps(official: Official, platform: Platform) -> Steps:
    """What each step of the road was answered: ``statusCode`` and ``body``."""
    # beside its packages: that is where Node.js looks for them
    script = official.directory / "sdk-road.mjs"
    shutil.copy(HERE / script.name, script)
    asked = {
        "url": platform.url,
        "project": PROJECT,
        "clientId": platform.credentials.client_id,
        "clientSecret": platform.credentials.client_secret,
        "region": REGION,
        "repository": REPOSITORY,
        "tag": TAG,
        "key": KEY,
        "secret": SECRET,
    }
    outcome = run(official, platform, (str(script),), {"ROAD": json.dumps(asked)}).succeeded()
    answered: Steps = json.loads(outcome.output)
    return answered


def body(steps: Steps, name: str, status: int) -> dict[str, Any]:
    step = steps[name]
    assert step["statusCode"] == status, step
    answered: dict[str, Any] = step["body"]
    return answered


def codes(steps: Steps, name: str, status: int) -> list[str]:
    refusal = body(steps, name, status)
    assert refusal["statusCode"] == status
    assert refusal["message"] == refusal["errors"][0]["message"]
    return [error["code"] for error in refusal["errors"]]


def test_a_draft_is_created_and_found_by_its_key(steps: Steps) -> None:
    created = body(steps, "create", 201)
    assert (created["version"], created["status"], created["isPreviewable"]) == (1, "Draft", "none")
    assert created["configurations"][0]["applicationName"] == "greeting"
    assert body(steps, "read by key", 200) == created


def test_a_second_draft_with_the_key_is_refused(steps: Steps) -> None:
    assert codes(steps, "create again", 400) == ["DuplicateField"]


def test_repeated_query_parameters_sort_and_page_the_list(steps: Steps) -> None:
    page = body(steps, "list", 200)
    assert (page["limit"], page["offset"], page["count"]) == (1, 0, 1)
    assert [one["key"] for one in page["results"]] == [KEY]


def test_an_update_counts_one_version(steps: Steps) -> None:
    updated = body(steps, "update", 201)
    assert updated["version"] == 2
    assert updated["privateProjects"] == [f"{REGION}:{PROJECT}"]


def test_a_stale_version_is_a_conflict(steps: Steps) -> None:
    assert codes(steps, "update a stale version", 409) == ["ConcurrentModification"]


def test_preview_and_publish_succeed_with_their_reports(steps: Steps) -> None:
    assert body(steps, "request preview", 201)["isPreviewable"] == "pending"
    previewed = body(steps, "preview", 200)
    assert previewed["isPreviewable"] == "true"
    assert previewed["previewableReport"]["entries"]
    assert body(steps, "request publish", 201)["status"] == "Processing"
    published = body(steps, "publish", 200)
    assert published["status"] == "Published"
    assert published["publishingReport"]["entries"]


def test_a_preview_may_name_an_older_version(steps: Steps) -> None:
    deployment = body(steps, "deploy preview", 201)
    assert (deployment["type"], deployment["preview"]) == ("preview", True)
    assert body(steps, "preview", 200)["version"] > 1


def test_the_connector_has_the_id_and_key_of_its_draft(steps: Steps) -> None:
    connector = body(steps, "read connector", 200)
    assert connector["id"] == body(steps, "create", 201)["id"]
    assert body(steps, "read connector by id", 200) == connector


def test_it_is_deployed_with_its_secret_masked(steps: Steps) -> None:
    assert body(steps, "deploy", 201)["status"] == "Deploying"
    deployed = body(steps, "deployed", 200)
    assert (deployed["status"], deployed["type"], deployed["preview"]) == (
        "Deployed",
        "sandbox",
        False,
    )
    assert deployed["details"]["build"]["id"]
    (application,) = deployed["applications"]
    assert application["standardConfiguration"] == [{"key": "GREETING", "value": "Moin"}]
    assert application["securedConfiguration"] == [
        {"key": "SIGNING_KEY", "value": "*" * len(SECRET)}
    ]
    assert SECRET not in json.dumps(steps)


def test_it_is_listed_and_has_logs(steps: Steps) -> None:
    assert body(steps, "list deployments", 200)["results"][0]["key"] == KEY
    assert isinstance(body(steps, "logs", 200)["data"], list)


def test_deleting_it_is_accepted_and_then_it_is_gone(steps: Steps) -> None:
    assert body(steps, "undeploy", 202)["status"] == "Undeploying"
    assert codes(steps, "gone", 404) == ["ResourceNotFound"]
