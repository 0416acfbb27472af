"""``/platform/drafts``: the drafts of an organization, to look through."""

import pytest
from tests.api.conftest import Api
from tests.api.released import release


def test_a_draft_is_found_with_its_times(api: Api) -> None:
    draft = api.create(name="Found by name")
    page = api.send("GET", "/platform/drafts?text=found%20by").body
    assert page["total"] == page["count"] == 1
    (one,) = page["results"]
    assert (one["id"], one["version"], one["isPreviewable"]) == (draft["id"], 1, "none")
    assert one["createdAt"] == one["lastModifiedAt"]
    assert api.update(draft, {"action": "setName", "name": "Found again"}).status == 201
    (one,) = api.send("GET", "/platform/drafts?text=found%20again").body["results"]
    assert one["createdAt"] <= one["lastModifiedAt"]


def test_what_was_published_is_listed(api: Api) -> None:
    draft = api.create()
    path = f"/platform/drafts/{draft['id']}/versions"
    assert api.send("GET", path).body["results"] == []
    release(api, draft)
    (one,) = api.send("GET", path).body["results"]
    assert (one["version"], one["private"], one["repository"]) == (1, True, draft["repository"])


def test_others_find_nothing(api: Api, others: dict[str, str]) -> None:
    draft = api.create(key="guarded-draft")
    path = f"/platform/drafts/{draft['id']}/versions"
    seen = {name: api.send("GET", "/platform/drafts?text=guarded-draft", token=token)
            for name, token in others.items()}  # fmt: skip
    assert seen["powerless"].status == 403
    assert seen["stranger"].body["total"] == 0
    assert seen["sister"].body["total"] == seen["reader"].body["total"] == 1
    assert api.send("GET", path, token=others["stranger"]).status == 404
    assert api.send("GET", path, token=others["powerless"]).status == 403
    assert api.send("GET", path, token="").status == 401


@pytest.mark.parametrize("query", ["status=None", "isPrivate=1", "limit=501", "sort=secret"])
def test_a_wrong_query_is_refused(api: Api, query: str) -> None:
    refused = api.send("GET", f"/platform/drafts?{query}")
    assert (refused.status, refused.codes) == (400, ["InvalidQueryParam"])
