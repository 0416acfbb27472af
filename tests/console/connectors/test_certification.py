"""The review as its creator sees it."""

from typing import Any

import pytest
from tests.api.test_certifications import World
from tests.console.connectors.conftest import page_of, says
from tests.console.people import Known
from tests.console.support import Browser, Site


@pytest.fixture(scope="module")
def world(site: Site) -> World:
    return World(site)


@pytest.fixture
def eve(world: World, site: Site) -> Any:
    """Who administers the creators' organization."""
    eve = Known("eve", world.creators_password)
    with site.signed_in(eve.name, eve.password) as browser:
        yield browser


def test_without_a_review_it_says_how_to_get_one(mia: Browser, draft: dict[str, Any]) -> None:
    assert "Choose List on Marketplace" in page_of(mia, draft, "certification").text
    assert page_of(mia, draft, "certificate.json").status == 404


def test_creator_and_reviewer_talk_until_it_is_granted(world: World, eve: Browser) -> None:
    draft, review = world.ready()
    page = page_of(eve, draft, "certification")
    assert "Waiting for a reviewer" in page.text
    assert review["commit"][:12] in page.text
    world.do(review, "take")
    assert world.do(review, "comments", comment="Where is <b>it</b>?").status == 200
    page = page_of(eve, draft, "certification")
    assert "In review" in page.text
    assert "Where is <b>it</b>?" in page.text
    page = eve.submit(page, "Send", comment="Here.\r\nAnd there.")
    assert says(page) == ["Your answer is sent."]
    said = world.draft(draft)["certificationInfo"]["comments"]
    assert said[-1]["comment"] == "Here.\nAnd there."
    world.answered(review)
    assert world.do(review, "grant").status == 200
    page = page_of(eve, draft, "certification")
    assert "Granted" in page.text
    assert not page.has_button("Withdraw")
    certificate = eve.follow(page, "Download the certificate")
    assert certificate.response.headers["content-disposition"].startswith("attachment")
    assert certificate.response.json()
    assert "Listed and certified" in page_of(eve, draft).text


def test_what_is_not_met_comes_first_with_the_reviewers_word(world: World, eve: Browser) -> None:
    draft, review = world.ready()
    world.do(review, "take")
    line = next(one for one in world.read(review)["checklist"] if one["decision"] == "Unknown")
    answer = {"requirement": line["requirement"], "verdict": "Unmet", "note": "It is not there"}
    assert world.do(review, "answers", **answer).status == 200
    assert world.do(review, "reject", reason="Too short").status == 200
    page = page_of(eve, draft, "certification")
    assert "Rejected" in page.text
    assert "Too short" in page.text
    lists = [one.text for one in page.root.find_all("ul", class_="checklist")]
    assert any(text.startswith("Not met") and "It is not there" in text for text in lists)
    overview = page_of(eve, draft)
    assert "Publish failed" in overview.text
    assert "Too short" in overview.text


def test_a_request_is_withdrawn(world: World, eve: Browser) -> None:
    draft, review = world.ready()
    page = page_of(eve, draft, "certification")
    assert f"POST /platform/certifications/{review['id']}/withdraw" in page.text
    old = page
    page = eve.submit(page, "Withdraw")
    assert says(page) == ["The request for certification is withdrawn."]
    assert world.of(draft)["state"] == "Withdrawn"
    assert world.draft(draft)["status"] == "Draft"
    page = eve.submit(old, "Withdraw")
    assert len(says(page)) == 1
    again, _ = world.passes(draft)
    assert "Earlier certifications" in page_of(eve, again, "certification").text


def test_the_page_follows_the_talk(world: World, eve: Browser) -> None:
    draft, review = world.ready()
    world.do(review, "take")
    seen, said = "", False
    with eve.client.stream("GET", f"/console/connectors/{draft['id']}/certification/events") as on:
        for text in on.iter_text():
            seen += text
            if not said:
                said = world.do(review, "comments", comment="A word to you").status == 200
            elif "A word to you" in seen and world.of(draft)["state"] == "Taken":
                world.do(review, "reject", reason="No")
    assert "event: over" in seen
