"""A creator's way in the browser: from a repository to a listing, with everything that goes wrong
on it."""

import re

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.chromium import Visitor
from tests.browser.conftest import Visit
from tests.browser.repository import BROKEN, BUILD, Repository
from tests.browser.stage import Stage

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

TAGS = ("1.0.0", "1.0.1")


def test_from_a_repository_to_the_marketplace(stage: Stage, visit: Visit) -> None:
    repository = stage.repository("greeting")
    repository.push(TAGS[0], {"service/build.js": BROKEN})
    with visit(stage.ada) as ada, visit(stage.rita) as rita:
        _create(ada, repository)
        _read_a_red_report(ada)
        repository.push(TAGS[1], {"service/build.js": BUILD})
        _choose_the_new_tag(ada)
        _publish(ada)
        _list(ada)
        _be_asked(rita)
        _answer(ada)
        _hear(rita)


def _create(ada: Visitor, repository: Repository) -> None:
    """The steps of the wizard, once with a repository that is not there."""
    ada.menu("Organization connectors")
    ada.reads("No connectors yet")
    ada.follow("Create connector")
    ada.heading("Create connector")
    ada.fill("Contact email", "ada@example.org")
    ada.fill("Contact name", "Ada")
    ada.fill("Company name", "Engines")
    ada.press("Next")
    ada.page.get_by_label("Name", exact=True).fill("Greeting")
    ada.fill("Description", "Greets everybody who asks for it.")
    ada.fill("Repository URL", "https://github.com/example/nowhere.git")
    ada.fill("Repository tag", TAGS[0])
    ada.page.get_by_label("Connector key").fill("greeting")
    ada.fill("Documentation URL", "https://example.org/greeting")
    ada.page.get_by_label("europe-west1.gcp").check()
    ada.press("Next")
    expect(ada.page.get_by_label("Primary project")).to_have_value("engines")
    ada.press("Next")

    problem = ada.page.get_by_role("alert")
    expect(problem).to_contain_text("Repository URL")
    url = ada.page.get_by_label("Repository URL")
    expect(url).to_have_attribute("aria-invalid", "true")
    expect(ada.page.get_by_label("Name", exact=True)).to_have_value("Greeting")
    url.fill(repository.url)
    ada.press("Next")
    ada.press("Next")
    ada.heading("Publish")


def _read_a_red_report(ada: Visitor) -> None:
    """Each step as it runs, without reloading; then the cause."""
    ada.press("Request preview")
    ada.heading("Greeting")
    with ada.stays():
        expect(_status(ada).get_by_text("Rejected", exact=True)).to_be_visible()
    ada.reads("The preview was rejected")
    expect(ada.page.get_by_role("region", name="Preview Failed")).to_contain_text(
        "Build service failed"
    )
    ada.tab("Preview Report")
    ada.reads("the currency table is missing")
    ada.follow("Full report")
    ada.reads("the currency table is missing")
    ada.page.go_back()


def _choose_the_new_tag(ada: Visitor) -> None:
    ada.tab("Overview")
    ada.follow("Edit")
    ada.fill("Repository tag", TAGS[1])
    ada.press("Save")
    ada.heading("Greeting")
    ada.press("Request preview")
    expect(_status(ada).get_by_text("Preview Accepted", exact=True)).to_be_visible()


def _publish(ada: Visitor) -> None:
    ada.press("Publish for private use")
    expect(_status(ada).get_by_text("Published", exact=True)).to_be_visible()
    expect(_status(ada)).to_contain_text("version 1, tag 1.0.1")


def _list(ada: Visitor) -> None:
    ada.press("List on Marketplace")
    expect(_status(ada).get_by_text("Ready for certification", exact=True)).to_be_visible()


def _be_asked(rita: Visitor) -> None:
    rita.menu("Certification")
    rita.follow("Greeting")
    rita.heading("Greeting")
    rita.press("Take")
    rita.reads("It is yours now.")
    rita.page.get_by_label("Comment").fill("Which languages does it greet in?")
    rita.press("Send to the creator")
    rita.reads("The creator can read it now.")


def _answer(ada: Visitor) -> None:
    """What the reviewer says comes by itself."""
    ada.tab("Certification")
    ada.reads("Which languages does it greet in?")
    ada.page.get_by_label("Answer to the reviewers").fill("In every one that it is given.")
    ada.press("Send")
    ada.reads("Your answer is sent.")


def _hear(rita: Visitor) -> None:
    """The creator's answer is in the conversation without reloading."""
    talk = rita.page.get_by_role("region", name="Conversation")
    expect(talk).to_contain_text(re.compile("In every one that it is given"))


def _status(ada: Visitor) -> Locator:
    return ada.page.get_by_role("region", name="Status")
