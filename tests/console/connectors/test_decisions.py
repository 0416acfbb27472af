"""Labels, offers, entries and actions: decisions on plain documents."""

from typing import Any

import pytest

from connectory.console.calls import Answer, Call
from connectory.console.connectors import entries, fields, offers, refusals, running, status
from connectory.console.connectors.differences import (
    actions,
    clashes,
    filled,
    merged,
    values_of,
    values_shown,
    values_typed,
)
from connectory.console.connectors.offers import Standing
from connectory.console.visit import Form

DRAFT: dict[str, Any] = {
    "id": "d",
    "key": "tax",
    "version": 3,
    "name": "Tax",
    "description": "Works out\ntaxes.",
    "integrationTypes": ["tax"],
    "creator": {"email": "ada@example.org", "noOfContributors": 2},
    "repository": {"url": "https://example.org/tax.git", "tag": "1.0.0"},
    "private": True,
    "privateProjects": ["europe-west1.gcp:demo", "us-central1.gcp:theirs"],
    "supportedRegions": [],
    "status": "Draft",
    "alreadyListed": False,
    "hasChanges": False,
    "isPreviewable": "none",
}
PUBLISHED: dict[str, Any] = {"status": "Published", "alreadyListed": True}
LISTED: dict[str, Any] = PUBLISHED | {"private": False}
STANDING = Standing(True, True, True, frozenset({"europe-west1.gcp:demo"}))


def draft(**changes: Any) -> dict[str, Any]:
    return DRAFT | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Draft"),
        ({"status": "Processing"}, "Publishing"),
        ({"status": "ReadyForCertification"}, "Ready for certification"),
        ({"status": "InCertification"}, "In certification"),
        ({"status": "Failed"}, "Publish failed"),
        (PUBLISHED, "Published"),
        (LISTED, "Listed and certified"),
        (LISTED | {"alreadyListed": False}, "Unlisted"),
    ],
)
def test_a_status_has_a_word(changes: dict[str, Any], said: str) -> None:
    assert status.status(draft(**changes)).text == said


def test_a_preview_has_a_word() -> None:
    said = [status.previewable(draft(isPreviewable=one)).text for one in ("true", "false")]
    assert said == ["Preview Accepted", "Rejected"]


def possible(standing: Standing = STANDING, **changes: Any) -> list[str]:
    every = offers.offers(draft(**changes), standing)
    return [one.label for one in every if not one.why_not]


def test_a_new_draft_can_be_previewed_published_and_listed() -> None:
    nothing = Standing(True, True, False, frozenset())
    assert possible(nothing) == [
        "Request preview", "Publish for private use", "List on Marketplace", "Edit", "Delete",
    ]  # fmt: skip


def test_what_is_published_is_published_again() -> None:
    assert possible(**PUBLISHED) == [
        "Request preview", "Re-publish", "List on Marketplace", "Deploy on Production", "Edit",
        "Delete",
    ]  # fmt: skip


def test_a_listed_one_is_published_by_certification_when_it_has_changed() -> None:
    assert possible(**LISTED) == [
        "Request preview", "Unlist", "Deploy on Production", "Edit", "Delete",
    ]  # fmt: skip
    (again,) = [one for one in offers.offers(draft(**LISTED, hasChanges=True), STANDING)
                if one.label == "Re-publish"]  # fmt: skip
    assert not again.why_not
    assert again.call is not None
    assert again.call.body["actions"] == ({"action": "publish", "certification": True},)


def test_a_preview_is_deployed_where_a_project_supports_it() -> None:
    assert "Deploy on Preview" in possible(isPreviewable="true")
    assert "Deploy on Preview" not in possible(isPreviewable="true", privateProjects=[])
    assert "Deploy on Preview" not in possible(isPreviewable="pending")


@pytest.mark.parametrize("state", ["Processing", "ReadyForCertification", "InCertification"])
def test_a_locked_draft_offers_no_change_and_says_why(state: str) -> None:
    every = offers.offers(draft(status=state), STANDING)
    refused = [one for one in every if one.call or one.label in {"Edit", "Delete"}]
    assert all(one.why_not for one in refused)
    assert any("withdraw" in one.why_not or "Wait" in one.why_not for one in refused)


def test_a_role_that_may_only_look_is_offered_nothing() -> None:
    assert possible(Standing(False, False, True, STANDING.projects), isPreviewable="true") == []


def entry(kind: str, title: str, message: str | None) -> dict[str, Any]:
    return {"type": kind, "title": title, "message": message, "createdAt": "2026-01-01T00:00:00Z"}


def test_a_report_begins_with_what_stops_it() -> None:
    red = "There is no file.\nFix: Commit it.\nnode: not found\nFull report: http://here/r"
    found = entries.entries(
        {"entries": [entry("Information", "A", None), entry("Warning", "B", "Old."),
                     entry("Error", "C", red)]}
    )  # fmt: skip
    assert [one.title for one in found] == ["C", "B", "A"]
    first = found[0]
    assert (first.cause, first.fix, first.evidence) == (
        "There is no file.", "Commit it.", "node: not found",
    )  # fmt: skip
    assert entries.causes({"entries": [entry("Information", "A", None)]}) == ()
    assert entries.entries(None) == ()


def test_only_what_changed_becomes_an_action() -> None:
    before = values_of(DRAFT)
    assert actions(before, before) == []
    after = before | {"name": "Taxes", "documentationUrl": "https://example.org", "tag": "2.0.0",
                      "projects": ["europe-west1.gcp:demo", "eu-central-1.aws:new"]}  # fmt: skip
    assert actions(before, after) == [
        {"action": "setName", "name": "Taxes"},
        {"action": "setDocumentationUrl", "documentationUrl": "https://example.org"},
        {"action": "setRepository", "url": "https://example.org/tax.git", "tag": "2.0.0"},
        {"action": "removePrivateProject", "privateProject": "us-central1.gcp:theirs"},
        {"action": "addPrivateProject", "privateProject": "eu-central-1.aws:new"},
    ]


def test_a_number_is_a_number_and_no_region_is_every_region() -> None:
    before = values_of(draft(supportedRegions=["us-east-2.aws"]))
    made = actions(before, before | {"contributors": "5", "regions": []})
    assert {"action": "setCreatorNoOfContributors", "creatorNoOfContributors": 5} in made
    (regions,) = [one["regions"] for one in made if one["action"] == "setSupportedRegions"]
    assert regions == list(fields.REGIONS)


def test_a_moved_tag_is_read_again_under_its_name() -> None:
    before = values_of(DRAFT)
    (action,) = actions(before, before, again=True)
    assert action["tag"] == "1.0.0"


def test_a_form_comes_back_as_it_was_filled() -> None:
    shown = values_of(DRAFT)
    form = filled(shown, ())
    assert values_typed(form, shown) == shown
    browsers = Form(tuple((name, text.replace("\n", "\r\n")) for name, text in form.fields))
    assert actions(shown, values_typed(browsers, shown)) == []


def test_what_somebody_else_changed_is_taken_over() -> None:
    shown = values_of(DRAFT)
    typed = shown | {"name": "Mine", "tag": "2.0.0"}
    now = shown | {"name": "Theirs", "company": "Engines"}
    assert merged(shown, typed, now) == now | {"name": "Mine", "tag": "2.0.0"}
    assert clashes(shown, typed, now) == (("name", "Theirs", "Mine"),)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 3}', "nonsense", '"x"', "[" * 100_000])
def test_a_forged_memory_of_the_form_is_not_believed(text: str) -> None:
    assert values_shown(text, DRAFT) == values_of(DRAFT)


def refusal(**error: Any) -> Answer:
    return Answer(Call("POST", "/"), 400, {"message": "No", "errors": [{"message": "No"} | error]})


def test_an_error_finds_its_field() -> None:
    wrong = refusal(
        code="InvalidJsonInput",
        detailedErrorMessage="Expected `int`, got `str` - at `$.creator.noOfContributors`",
    )
    assert refusals.problems(wrong) == {"contributors": ("Expected `int`, got `str`",)}
    assert refusals.problems(refusal(code="DuplicateField", field="key")) == {"key": ("No",)}
    unknown = refusal(code="Whatever", detailedErrorMessage="one\ntwo")
    assert refusals.problems(unknown) == {"": ("No", "one", "two")}
    assert refusals.problems(Answer(Call("POST", "/"), 502, "<html>")) == {
        "": ("That did not work.",)
    }


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.01, "0.1 s"), (9.94, "9.9 s"), (59.6, "1 min 0 s"), (75, "1 min 15 s")]
)
def test_a_time_reads_well(seconds: float, said: str) -> None:
    assert running.length(seconds) == said
