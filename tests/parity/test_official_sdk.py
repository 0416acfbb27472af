"""The official SDK, unmodified, drives the main road with its own token flow."""

import json
from typing import Any

import pytest
from tests.parity import sdk
from tests.parity.official import Official
from tests.parity.sdk import Steps
from tests.parity.support import PROJECT, REGION, REPOSITORY, TAG, Platform

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

KEY = "greeting-sdk"
SECRET = "sdk-signing-key"


@pytest.fixture(scope="module")
def steps(official: Official, platform: Platform) -> Steps:
    """What each step of the road was answered: ``statusCode`` and ``body``."""
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
    answered: Steps = json.loads(sdk.start(official, platform, "sdk-road.mjs", asked).output)
    return answered


def test_every_method_of_the_sdk_is_driven(
    official: Official, platform: Platform, steps: Steps
) -> None:
    """A new method needs a step in ``sdk-road.mjs``."""
    found = sdk.methods(official, platform)
    assert len(found) == len(set(found)) > 15
    assert set(sdk.driven(steps)) == set(found)


def test_every_query_argument_that_the_sdk_types_is_sent(official: Official, steps: Steps) -> None:
    """And what may be a list is sent as one, more than once each."""
    driven, typed = sdk.driven(steps), sdk.arguments(official)
    assert len(typed) == 5
    for method, names in typed.items():
        for name, may_repeat in names.items():
            sent = [query[name] for query in driven[method] if name in query]
            assert sent, (method, name)
            assert not may_repeat or max(map(len, sent)) > 1, (method, name)


def test_every_action_that_the_sdk_types_is_sent(official: Official, steps: Steps) -> None:
    """``unlist`` is refused, which is told apart below: nothing is listed without a review."""
    assert sdk.driven_actions(steps) | {"unlist"} == sdk.actions(official)
    assert codes(steps, "unlist", 400) == ["InvalidJsonInput"]


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


def test_all_edits_of_one_request_apply(steps: Steps) -> None:
    edited, before = body(steps, "edit by key", 201), body(steps, "update", 201)
    assert edited["version"] == before["version"] + 1
    assert edited["creator"] == {
        "email": "lovelace@example.org",
        "name": "Ada",
        "title": "Countess",
        "company": "Analytical Engines",
        "logoUrl": "https://example.org/logo.png",
        "noOfContributors": 2,
        "supportUrl": "https://example.org/help",
    }
    assert (edited["name"], edited["description"]) == ("Salutation", "Greets people")
    assert edited["integrationTypes"] == ["crm", "email"]
    assert edited["supportedRegions"] == [REGION, "us-central1.gcp"]
    assert edited["privateProjects"] == before["privateProjects"]
    assert edited["documentationUrl"] == "https://example.org/docs"
    assert [one["comment"] for one in edited["certificationInfo"]["comments"]] == ["Hello"]


def test_preview_and_publish_succeed_with_their_reports(steps: Steps) -> None:
    assert body(steps, "request preview", 201)["isPreviewable"] == "pending"
    previewed = body(steps, "preview", 200)
    assert previewed["isPreviewable"] == "true"
    assert previewed["previewableReport"]["entries"]
    assert body(steps, "request publish", 201)["status"] == "Processing"
    published = body(steps, "publish", 200)
    assert (published["status"], published["alreadyListed"]) == ("Published", True)
    assert published["publishingReport"]["entries"]


def test_a_draft_has_changes_from_its_first_edit_until_it_is_published(steps: Steps) -> None:
    said = [steps[name]["body"]["hasChanges"] for name in ("create", "update", "publish")]
    assert said == [False, True, False]


def test_a_preview_may_name_an_older_version(steps: Steps) -> None:
    deployment = body(steps, "deploy preview", 201)
    assert (deployment["type"], deployment["preview"]) == ("preview", True)
    assert body(steps, "preview", 200)["version"] > 1


def test_the_connector_has_the_id_and_key_of_its_draft(steps: Steps) -> None:
    connector = body(steps, "read connector", 200)
    assert connector["id"] == body(steps, "create", 201)["id"]
    assert body(steps, "read connector by id", 200) == connector


def test_a_search_finds_it_by_everything_at_once(steps: Steps) -> None:
    page = body(steps, "search", 200)
    assert (page["limit"], page["offset"], page["count"], page["total"]) == (5, 0, 1, 1)
    assert page["results"] == [body(steps, "read connector", 200)]


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
    assert SECRET not in json.dumps([one["body"] for one in steps.values()])


def test_it_is_listed(steps: Steps) -> None:
    assert body(steps, "list deployments", 200)["results"][0]["key"] == KEY


def test_it_is_redeployed_by_id_and_by_key(steps: Steps) -> None:
    before, after = body(steps, "deployed", 200), body(steps, "redeployed", 200)
    assert body(steps, "redeploy by id", 201)["status"] == "Deploying"
    assert after["version"] > before["version"]
    (application,) = after["applications"]
    assert application["standardConfiguration"] == [{"key": "GREETING", "value": "Servus"}]
    assert application["url"] == before["applications"][0]["url"]
    assert body(steps, "redeploy by key", 201)["status"] == "Deploying"
    assert body(steps, "redeployed again", 200)["applications"] == after["applications"]


def test_logs_are_read_page_by_page_with_dates_in_both_forms(steps: Steps) -> None:
    names = ("logs", "logs, page 2", "logs, page 3")
    pages = [body(steps, name, 200) for name in names]
    assert [len(one["data"]) for one in pages[:2]] == [100, 100]
    assert [one["next"] != "" for one in pages] == [True, True, False]
    entries = [entry for one in pages for entry in one["data"]]
    moments = [one["timestamp"] for one in entries]
    assert moments == sorted(moments)
    assert {one["applicationName"] for one in entries} == {"greeting"}
    assert sum(one["type"] == "HTTP_REQUEST" for one in entries) == 110
    zones = [steps[name]["query"]["startDate"][-1] for name in names]
    assert zones[0] == zones[2] == "Z" != zones[1]


def test_a_preview_deployment_is_read_and_removed_by_its_key(steps: Steps) -> None:
    made = body(steps, "deploy preview", 201)
    assert body(steps, "read deployment by key", 200)["id"] == made["id"]
    assert body(steps, "undeploy by key", 202)["status"] == "Undeploying"


def test_deleting_it_is_accepted_and_then_it_is_gone(steps: Steps) -> None:
    assert body(steps, "undeploy", 202)["status"] == "Undeploying"
    assert codes(steps, "gone", 404) == ["ResourceNotFound"]
