"""``/connectors/drafts`` over HTTP."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

PATH = "/connectors/drafts"
PROJECT = "europe-west1.gcp:demo"


def test_a_new_draft_knows_its_connect_yaml(api: Any) -> None:
    answer = api.send("POST", PATH, api.draft(key="tax-1", description="Taxes"))
    assert answer.status == 201
    body = answer.body
    assert body["version"] == 1
    assert (body["status"], body["isPreviewable"]) == ("Draft", "none")
    assert (body["private"], body["alreadyListed"], body["hasChanges"]) == (True, False, False)
    assert body["integrationTypes"] == ["other"]
    assert body["configurations"] == [
        {
            "applicationName": "service",
            "applicationType": "service",
            "standardConfiguration": [
                {
                    "key": "MODE",
                    "description": "How it works",
                    "default": "fast",
                    "required": False,
                }
            ],
            "securedConfiguration": [
                {"key": "TOKEN", "description": "What it needs", "required": True}
            ],
        }
    ]
    for path in (f"{PATH}/{body['id']}", f"{PATH}/key=tax-1"):
        assert api.send("GET", path).body == body


@pytest.mark.parametrize(
    ("pointer", "code", "says"),
    [
        ({"tag": "9.9.9"}, "GitRepositoryNotReachable", "9.9.9"),
        ({"tag": "empty"}, "ConnectorSpecificationFileNotFound", ""),
        ({"tag": "broken"}, "ConnectorSpecificationFileNotValid", "line 2"),
        ({"url": "https://127.0.0.1:1/x.git"}, "GitRepositoryNotReachable", ""),
        ({"url": "ext::sh -c true"}, "GitRepositoryNotReachable", ""),
        ({"url": "--upload-pack=x"}, "GitRepositoryNotReachable", ""),
        ({"url": "http://example.org/x.git"}, "GitRepositoryNotReachable", ""),
        ({"tag": "--force"}, "GitRepositoryNotReachable", ""),
    ],
)
def test_a_repository_that_cannot_be_used_is_refused_with_its_cause(
    api: Any, pointer: dict[str, str], code: str, says: str
) -> None:
    draft = api.draft()
    draft["repository"] |= pointer
    answer = api.send("POST", PATH, draft)
    assert (answer.status, answer.codes) == (400, [code])
    assert says in answer.details
    assert api.send("GET", f"{PATH}/key={draft['key']}").status == 404


def test_a_key_is_taken_once(api: Any) -> None:
    api.create(key="only-once")
    answer = api.send("POST", PATH, api.draft(key="only-once"))
    assert (answer.status, answer.codes) == (400, ["DuplicateField"])
    assert answer.body["errors"][0]["duplicateValue"] == "only-once"


def test_updates_answer_201_and_need_the_current_version(api: Any) -> None:
    staged = api.create()
    renamed = api.update(staged, {"action": "setName", "name": "New"})
    assert (renamed.status, renamed.body["version"], renamed.body["name"]) == (201, 2, "New")
    stale = api.update(staged, {"action": "setName", "name": "Late"})
    assert (stale.status, stale.codes) == (409, ["ConcurrentModification"])
    assert stale.body["errors"][0]["currentVersion"] == 2


def test_a_new_tag_brings_its_own_configuration(api: Any) -> None:
    staged = api.create()
    moved = api.update(staged, {"action": "setRepository", "tag": "2.0.0"})
    assert moved.status == 201
    assert moved.body["repository"] == {"url": str(api.repository), "tag": "2.0.0"}
    assert moved.body["configurations"][0]["standardConfiguration"][0]["key"] == "SPEED"
    refused = api.update(moved.body, {"action": "setRepository", "tag": "broken"})
    assert refused.codes == ["ConnectorSpecificationFileNotValid"]
    assert api.send("GET", f"{PATH}/{staged['id']}").body == moved.body


def test_requests_put_the_draft_into_its_waiting_states(api: Any) -> None:
    staged = api.create()
    pending = api.update(staged, {"action": "updatePreviewable"})
    assert (pending.status, pending.body["isPreviewable"]) == (201, "pending")
    again = api.update(pending.body, {"action": "updatePreviewable"})
    assert again.codes == ["ConnectorStagedPreviewRequestUnderProcess"]
    processing = api.update(pending.body, {"action": "publish", "certification": False})
    assert processing.body["status"] == "Processing"
    locked = api.update(processing.body, {"action": "setName", "name": "x"})
    assert (locked.status, locked.codes) == (400, ["InvalidJsonInput"])
    assert "Processing" in locked.details
    assert api.send("DELETE", f"{PATH}/{staged['id']}").status == 400


def test_projects_are_added_and_removed(api: Any) -> None:
    staged = api.create()
    added = api.update(staged, {"action": "addPrivateProject", "privateProject": PROJECT}).body
    assert added["privateProjects"] == [PROJECT]
    removed = api.update(added, {"action": "removePrivateProject", "privateProject": PROJECT})
    assert removed.body["privateProjects"] == []
    twice = api.update(removed.body, {"action": "removePrivateProject", "privateProject": PROJECT})
    assert twice.codes == ["FieldValueNotFound"]


def test_drafts_are_paged_sorted_and_filtered(api: Any) -> None:
    for name in ("paging-b", "paging-a"):
        api.create(key=name, name=name)
    page = api.send("GET", f"{PATH}?limit=1&sort=key%20desc").body
    assert (page["limit"], page["offset"], page["count"]) == (1, 0, 1)
    assert page["total"] > 1
    keys = [
        staged["key"] for staged in api.send("GET", f"{PATH}?limit=500&sort=key").body["results"]
    ]
    assert keys == sorted(keys)
    assert api.send("GET", f"{PATH}?isPrivate=false").body["total"] == 0
    assert api.send("GET", f"{PATH}?limit=0").body["results"] == []


def test_a_deleted_draft_is_gone(api: Any) -> None:
    staged = api.create(key="to-delete")
    answer = api.send("DELETE", f"{PATH}/key=to-delete")
    assert (answer.status, answer.body["id"]) == (200, staged["id"])
    assert api.send("GET", f"{PATH}/{staged['id']}").status == 404
    assert api.send("DELETE", f"{PATH}/{staged['id']}").codes == ["ResourceNotFound"]


def test_concurrent_updates_of_one_version_let_exactly_one_through(api: Any) -> None:
    staged = api.create()
    with ThreadPoolExecutor(8) as pool:
        actions = [{"action": "setName", "name": f"n{number}"} for number in range(8)]
        answers = list(pool.map(lambda action: api.update(staged, action), actions))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    assert api.send("GET", f"{PATH}/{staged['id']}").body["version"] == 2


def test_a_pending_draft_is_held_for_those_who_ask(api: Any) -> None:
    staged = api.create()
    pending = api.update(staged, {"action": "updatePreviewable"}).body
    path = f"{PATH}/{staged['id']}"

    def timed(headers: dict[str, str]) -> tuple[float, str]:
        began = time.monotonic()
        answer = api.send("GET", path, headers=headers)
        assert answer.status == 200
        return time.monotonic() - began, answer.body["isPreviewable"]

    # who is held for nothing waits 25 seconds
    assert timed({})[0] < 15
    assert timed({"Prefer": "wait=1"})[0] >= 1
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(timed, {"X-Correlation-ID": "commercetools-cli-00"})
        time.sleep(0.3)
        # another tag withdraws the preview: the draft is not pending any more
        assert api.update(pending, {"action": "setRepository", "tag": "2.0.0"}).status == 201
        seconds, previewable = held.result()
    assert (seconds < 20, previewable) == (True, "none")
