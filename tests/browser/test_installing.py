"""A client's way in the browser: search, install, call, read logs, change, take away; and what
matters most without JavaScript."""

import json
import re

import pytest
from playwright.sync_api import Error, Locator, expect
from tests.browser.chromium import Visitor
from tests.browser.conftest import Visit
from tests.browser.repository import Repository
from tests.browser.stage import REGION, Stage

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

SECRET = "a-signing-key-of-the-client"


def test_from_the_marketplace_to_a_running_service_and_back(stage: Stage, visit: Visit) -> None:
    stage.certify(stage.create(_pushed(stage, "welcome"), "Welcome", integrationTypes=["email"]))
    stage.certify(stage.create(_pushed(stage, "farewell"), "Farewell", integrationTypes=["crm"]))
    with visit() as carl:
        _find(carl)
        _install(carl, stage)
        _is_installed(carl)
        url = _url(carl)
        assert _call(carl, url, "Ada") == {"greeting": "Hello Ada", "signed": len(SECRET)}
        _read_the_log(carl, url)
        _change(carl)
        # what was not typed again is kept
        assert _call(carl, url, "Ada") == {"greeting": "Good day, Ada", "signed": len(SECRET)}
        assert SECRET not in carl.page.content()
        _uninstall(carl, url)


def test_without_javascript(stage: Stage, visit: Visit) -> None:
    repository = _pushed(stage, "plain")
    with visit(stage.grace, java_script_enabled=False) as grace:
        _create_and_publish(grace, repository)
        grace.follow("Deploy on Production")
        grace.press("Next")
        grace.fill("SIGNING_KEY", SECRET)
        grace.press("Install")
        _reload_until(grace, _status(grace).get_by_text("Installed", exact=True))
        assert _call(grace, _url(grace), "Grace")["greeting"] == "Hello Grace"
        grace.tab("Logs")
        _reload_until(grace, grace.page.get_by_text("greeted Grace"))
        grace.page.get_by_label("Text").fill("nothing is like this")
        grace.press("Filter")
        expect(grace.page.get_by_text("greeted Grace")).to_have_count(0)


def _pushed(stage: Stage, name: str) -> Repository:
    repository = stage.repository(name)
    repository.push("1.0.0")
    return repository


def _find(carl: Visitor) -> None:
    """The list narrows while one types; a filter keeps what fits."""
    carl.go("/marketplace")
    expect(carl.page.get_by_role("status")).to_have_text("2 Connectors")
    with carl.stays():
        carl.page.get_by_label("Integration type").select_option("email")
        expect(carl.page.get_by_role("status")).to_have_text("1 Connector")
        carl.page.get_by_label("Search").fill("farewell")
        carl.reads("Nothing found")
        carl.page.get_by_label("Search").fill("welcome")
        expect(carl.page.get_by_role("status")).to_have_text("1 Connector")
    carl.follow("Welcome")
    carl.heading("Welcome")
    for text in ("Certified", "SIGNING_KEY", "required, secured", "Deploy it with a signing key."):
        carl.reads(text)


def _install(carl: Visitor, stage: Stage) -> None:
    """Signing in on the way leads back to where one was going."""
    carl.follow("Install")
    carl.heading("Sign in")
    carl.sign_in(stage.carl)
    carl.heading("Install Welcome")
    expect(carl.page.get_by_label("Region", exact=True)).to_have_value(REGION)
    carl.page.get_by_role("radio", name="Specific Projects").check()
    carl.page.get_by_label("boots (sandbox)").check()
    hats = carl.page.get_by_label("hats (sandbox)")
    if hats.is_checked():
        hats.uncheck()
    carl.press("Next")
    expect(carl.page.get_by_label("GREETING", exact=False).first).to_have_value("Hello")
    secret = _secret(carl)
    expect(secret).to_have_attribute("type", "password")
    carl.press("Install")
    carl.reads("It is not installed yet: see below why.")
    expect(secret).to_have_attribute("aria-invalid", "true")
    secret.fill(SECRET)
    carl.press("Install")


def _is_installed(carl: Visitor) -> None:
    """Nobody has to reload."""
    carl.heading("Welcome")
    with carl.stays():
        expect(_status(carl).get_by_text("Installed", exact=True)).to_be_visible()
    assert SECRET not in carl.page.content()


def _url(visitor: Visitor) -> str:
    return visitor.page.locator("#url-service").inner_text()


def _call(visitor: Visitor, url: str, name: str) -> dict[str, object]:
    """In a tab of its own, as somebody who pastes the URL."""
    tab = visitor.context.new_page()
    answer = tab.goto(f"{url}?name={name}")
    assert answer is not None
    said: dict[str, object] = json.loads(answer.text())
    tab.close()
    return said


def _read_the_log(carl: Visitor, url: str) -> None:
    carl.tab("Logs")
    with carl.stays():
        carl.reads("greeted Ada")
        _call(carl, url, "Grace")
        carl.reads("greeted Grace")
    carl.page.get_by_label("Text").fill("Ada")
    carl.press("Filter")
    expect(carl.page).to_have_url(re.compile("text=Ada"))
    carl.reads("greeted Ada")
    expect(carl.page.get_by_text("greeted Grace")).to_have_count(0)
    with carl.page.expect_download() as text:
        carl.follow("Download as text")
    assert "greeted Ada" in text.value.path().read_text()


def _change(carl: Visitor) -> None:
    carl.tab("Configuration")
    carl.page.get_by_label("GREETING").first.fill("Good day,")
    expect(_secret(carl)).to_have_value("")
    carl.press("Redeploy")
    expect(_status(carl).get_by_text("Installed", exact=True)).to_be_visible()


def _uninstall(carl: Visitor, url: str) -> None:
    carl.follow("Uninstall")
    carl.heading("Uninstall Welcome?")
    carl.press("Uninstall")
    gone = re.compile("It is uninstalled|Nothing is installed")
    expect(carl.page.get_by_text(gone)).to_be_visible()
    carl.menu("Installations")
    carl.reads("Nothing is installed yet")
    with pytest.raises(Error, match="ECONNREFUSED"):
        carl.context.request.get(url)


def _secret(visitor: Visitor) -> Locator:
    return visitor.page.get_by_label("SIGNING_KEY").first


def _status(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Status")


def _create_and_publish(grace: Visitor, repository: Repository) -> None:
    grace.menu("Organization connectors")
    grace.follow("Create connector")
    grace.fill("Contact email", "grace@example.org")
    grace.press("Next")
    grace.page.get_by_label("Name", exact=True).fill("Plain")
    grace.fill("Repository URL", repository.url)
    grace.fill("Repository tag", repository.last)
    grace.press("Next")
    grace.press("Next")
    grace.press("Publish for private use")
    _reload_until(grace, _status(grace).get_by_text("Published", exact=True))


def _reload_until(visitor: Visitor, there: Locator) -> None:
    """As a person does; for as long as the test may take."""
    while not there.count():
        visitor.page.reload()
