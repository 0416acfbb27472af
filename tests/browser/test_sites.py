"""A Merchant Center application and assets, in the browser that they are for."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.chromium import PATIENCE
from tests.browser.stage import REGION, Stage
from tests.durability.platform import Document

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

EXAMPLE = Path(__file__).parents[2] / "examples" / "badge"
VALUES = {"CUSTOM_APPLICATION_ID": "an-id", "ENTRY_POINT_URI_PATH": "badge"}


@pytest.fixture(scope="module")
def deployment(stage: Stage) -> Document:
    """The example, installed."""
    files = (path for path in EXAMPLE.rglob("*") if path.is_file())
    repository = stage.repository("badge")
    repository.push("1.0.0", {str(one.relative_to(EXAMPLE)): one.read_text() for one in files})
    draft = stage.create(repository, "Badge")
    stage.publish(draft)
    values = [{"key": key, "value": value} for key, value in VALUES.items()]
    body = {
        "key": "badge",
        "connector": {"id": draft["id"]},
        "region": REGION,
        "configurations": [
            {"applicationName": "badge"},
            {"applicationName": "badge-settings", "standardConfiguration": values},
        ],
    }
    made = stage.ask("POST", "/demo/deployments", body)
    assert made.status == 201, made
    done = stage.deployed(made.body)
    assert done["status"] == "Deployed", done["details"]
    return done


def address(deployment: Document, application: str) -> str:
    found = deployment["applications"]
    return next(str(one["url"]) for one in found if one["applicationName"] == application)


def test_the_page_knows_its_deployment_wherever_it_is_opened(
    deployment: Document, browser: Browser
) -> None:
    origin = address(deployment, "badge-settings")
    assert urlsplit(origin).path == ""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    wrong = list[str]()
    page.on("console", lambda message: wrong.append(message.text))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.goto(f"{origin}/shop/badge/settings")
    expect(page.get_by_text("Settings of badge (an-id) at /shop/badge/settings")).to_be_visible()
    assert wrong == []
    page.close()


def test_a_shop_of_another_origin_loads_the_assets(deployment: Document, browser: Browser) -> None:
    shop, script = address(deployment, "badge-settings"), address(deployment, "badge")
    context = browser.new_context(bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(shop)
    loaded = "async (url) => (await import(url)).badge('New').outerHTML"
    assert page.evaluate(loaded, f"{script}/badge.js") == "<strong>New</strong>"
    context.close()
