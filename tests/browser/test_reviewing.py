"""A reviewer's way in the browser: the queue, the checklist, a grant, a rejection, the next
version."""

import re

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.chromium import Visitor
from tests.browser.conftest import Visit
from tests.browser.repository import README
from tests.browser.stage import Stage

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]


def test_grant_and_the_next_version(stage: Stage, visit: Visit) -> None:
    repository = stage.repository("taxes")
    repository.push("1.0.0")
    draft = stage.create(repository, "Taxes")
    stage.ask_for_certification(draft)
    with visit(stage.rita) as rita, visit() as stranger:
        _take(rita, "Taxes")
        expect(_requirement(rita, "licence-file")).to_contain_text("Met")
        _be_told_that_a_no_needs_a_note(rita)
        assert len(_answer_all(rita)) > 2
        _grant(rita)
        _find_it(stranger, "Taxes")

        repository.push("1.1.0", {"README.md": README.replace("Call its", "Always call its")})
        stage.request(draft, "setRepository", tag="1.1.0")
        stage.ask_for_certification(draft)
        _take(rita, "Taxes")
        rita.reads("stand as before: what they rest on has not changed")
        expect(_requirement(rita, "usage-instructions")).to_be_visible()
        expect(_requirement(rita, "licence-file")).to_have_count(0)
        _see_what_changed(rita)
        rita.follow("Show all", partly=True)
        expect(_requirement(rita, "licence-file")).to_contain_text("Met")
        answered = _answer_all(rita)
        assert "usage-instructions" in answered
        _grant(rita)
        stranger.page.reload()
        expect(stranger.page.get_by_role("region", name="Versions")).to_contain_text("1.1.0")


def test_the_creator_reads_why_it_was_rejected(stage: Stage, visit: Visit) -> None:
    repository = stage.repository("hats")
    repository.push("1.0.0")
    draft = stage.create(repository, "Hats")
    stage.ask_for_certification(draft)
    with visit(stage.rolf) as rolf, visit(stage.grace) as creator:
        creator.go(f"/console/connectors/{draft['id']}/certification")
        _take(rolf, "Hats")
        _answer(_requirement(rolf, "usage-instructions"), "Not met", "It does not name a header.")
        rolf.reads("Answered: usage-instructions.")
        verdict = rolf.page.get_by_role("region", name="Verdict")
        expect(verdict.get_by_role("button", name="Grant")).to_be_disabled()
        expect(verdict).to_contain_text("Not met: usage-instructions")
        verdict.get_by_label("Reason").last.fill("The README is too short.")
        rolf.press("Reject")
        rolf.reads("Rejected. The creator reads why.")

        expect(creator.page.get_by_text("The README is too short.").first).to_be_visible()
        creator.reads("It does not name a header.")
        creator.tab("Publish Report")
        creator.reads("The README is too short.")
        creator.tab("Overview")
        creator.reads("Publish failed")


def test_put_back_and_taken_by_somebody_else(stage: Stage, visit: Visit) -> None:
    repository = stage.repository("shoes")
    repository.push("1.0.0")
    stage.ask_for_certification(stage.create(repository, "Shoes"))
    with visit(stage.rita) as rita, visit(stage.rolf) as rolf:
        _take(rita, "Shoes")
        rolf.menu("Certification")
        rolf.follow("In review", partly=True)
        rolf.follow("Shoes")
        rolf.reads("It is with")
        rolf.press("Put back into the queue")
        rolf.press("Take")
        rolf.reads("It is yours now.")
        rita.reads("This certification has changed since you opened the page.")
        _answer(_requirement(rita, "usage-instructions"), "Met", "Read it.")
        rita.reads("Somebody changed it meanwhile; this is how it is now.")


def _take(reviewer: Visitor, name: str) -> None:
    reviewer.menu("Certification")
    reviewer.follow(name)
    reviewer.heading(name)
    reviewer.press("Take")
    reviewer.reads("It is yours now.")
    # what is asked of a reviewer depends on where the tag is, which the platform looks at now
    while "nobody has looked" in reviewer.page.content():
        reviewer.page.reload()


def _requirement(reviewer: Visitor, name: str) -> Locator:
    return reviewer.page.locator(f"#r-{name}")


def _be_told_that_a_no_needs_a_note(rita: Visitor) -> None:
    _answer(_requirement(rita, "usage-instructions"), "Not met", "")
    note = _requirement(rita, "usage-instructions").get_by_label("Note")
    expect(note).to_have_attribute("aria-invalid", "true")


def _answer(requirement: Locator, verdict: str, note: str) -> None:
    requirement.get_by_label(verdict, exact=True).check()
    requirement.get_by_label("Note").fill(note)
    requirement.get_by_role("button", name="Save answer").click()


def _answer_all(reviewer: Visitor) -> list[str]:
    """Everything that is open is met; what that was."""
    names = []
    still = reviewer.page.locator("details.requirement").filter(
        has=reviewer.page.locator(".badge", has_text=re.compile("^Open$"))
    )
    while still.count():
        name = (still.first.get_attribute("id") or "").removeprefix("r-")
        names.append(name)
        _answer(_requirement(reviewer, name), "Met", "Seen.")
        reviewer.reads(f"Answered: {name}.")
    return names


def _grant(reviewer: Visitor) -> None:
    reviewer.reads("Every requirement is met: it can be granted.")
    reviewer.press("Grant")
    reviewer.reads("Granted: the Connector is certified, public and listed on the Marketplace.")
    expect(reviewer.page.get_by_role("link", name="Download the certificate")).to_be_visible()


def _see_what_changed(reviewer: Visitor) -> None:
    reviewer.follow("See all that changed")
    files = reviewer.page.locator("details", has_text="README.md")
    files.locator("summary").click()
    expect(files.locator("ins")).to_contain_text("Always call its URL")
    expect(files.locator("del")).to_contain_text("Call its URL")
    reviewer.page.go_back()


def _find_it(stranger: Visitor, name: str) -> None:
    """On the Marketplace, with its certificate."""
    stranger.go("/marketplace")
    stranger.follow(name)
    stranger.heading(name)
    stranger.reads("Certified")
    certificate = stranger.page.get_by_role("region", name="Certificate")
    expect(certificate).to_contain_text("Granted")
    with stranger.page.expect_response("**/certificate.json") as answer:
        stranger.page.evaluate("(link) => fetch(link.href)", certificate.get_by_role(
            "link", name="Signed certificate").element_handle())  # fmt: skip
    assert answer.value.ok
