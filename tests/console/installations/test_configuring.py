"""Other values, and another version."""

from typing import Any

import msgspec
import pytest
from tests.api.released import finish, values
from tests.console.installations.conftest import SECRET, Document, Shop, messages, page_of
from tests.console.support import Browser, Page

from connectory.deployments.model import Secrets
from connectory.deployments.store import deployment_with

NEW = "is new: an installation keeps to its applications, so install the Connector anew to have it."
SCHEDULE, RETRY = "schedule.value.nightly", "retry.value.listener"
MODE, TOKEN = "value.service.MODE", "value.service.TOKEN"


@pytest.fixture(scope="module")
def greeting(shop: Shop) -> Document:
    return shop.connector(name="Greeting")


def variables(shop: Shop, deployment: Document) -> dict[str, str]:
    """The environment of the application, which is kept sealed."""

    def work(connection: Any) -> dict[str, str]:
        stored = deployment_with(connection, id=deployment["id"])
        opened = shop.site.seal.open(stored.sealed, deployment["id"])
        return dict(msgspec.json.decode(opened, type=Secrets).applications[0].variables)

    return shop.site.database.read_blocking(work)


def control(page: Page, name: str) -> Any:
    (found,) = page.root.find_all("input", name=name)
    return found


def test_the_form_shows_what_is_deployed_but_no_secret(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    page = mia.get(page_of(shop.installed(greeting), "/configuration"))
    assert control(page, MODE)["value"] == "fast"
    assert "value" not in control(page, TOKEN).attributes
    assert "A value is set. Leave this empty to keep it." in page.text


def test_only_what_was_changed_is_sent(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.installed(greeting)
    page = mia.get(page_of(deployment, "/configuration"))
    page = mia.submit(page, "Redeploy", **{MODE: "slow", TOKEN: ""})
    assert page.path == page_of(deployment)
    assert "Greeting is being redeployed." in messages(page)
    assert variables(shop, deployment) == {"MODE": "slow", "TOKEN": SECRET}


def test_a_secured_value_is_replaced(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.installed(greeting)
    page = mia.get(page_of(deployment, "/configuration"))
    page = mia.submit(page, "Redeploy", **{TOKEN: "another-long-secret"})
    assert variables(shop, deployment) == {"MODE": "fast", "TOKEN": "another-long-secret"}
    assert "another-long-secret" not in page.source


def test_nothing_is_lost_of_what_others_changed_meanwhile(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    deployment = shop.installed(greeting)
    old = mia.get(page_of(deployment, "/configuration"))
    mia.submit(mia.get(page_of(deployment, "/configuration")), "Redeploy", **{MODE: "theirs"})
    finish(shop.site, deployment)
    page = mia.submit(old, "Redeploy", **{MODE: "mine"})
    assert page.status == 409
    assert "Somebody changed it meanwhile" in messages(page)
    assert control(page, MODE)["value"] == "theirs"
    page = mia.submit(page, "Redeploy", **{MODE: "mine"})
    assert page.status == 200
    assert variables(shop, deployment)["MODE"] == "mine"


@pytest.fixture
def several(shop: Shop) -> Document:
    """A service, an event application and a job."""
    configured = [values(), {"applicationName": "listener"}, {"applicationName": "nightly"}]
    shared = {"standardConfiguration": [{"key": "REGION", "value": "north"}]}
    many = shop.connector("many", name="Many")
    return shop.installed(many, configurations=configured, globalConfiguration=shared)


def overrides(shop: Shop, deployment: Document) -> tuple[str, Document]:
    """The schedule of the job, and the retry policy of the event application."""
    known = {one["applicationName"]: one for one in shop.now(deployment)["applications"]}
    return known["nightly"]["schedule"], known["listener"]["retryPolicy"]


def test_the_schedule_of_a_job_is_changed(shop: Shop, mia: Browser, several: Document) -> None:
    page = mia.get(page_of(several, "/configuration"))
    assert control(page, SCHEDULE)["value"] == "0 0 * * *"
    mia.submit(page, "Redeploy", **{SCHEDULE: "@every 15m"})
    assert overrides(shop, several) == ("@every 15m", {"strategy": "immediate"})
    finish(shop.site, several)
    mia.submit(mia.get(page_of(several, "/configuration")), "Redeploy", **{SCHEDULE: ""})
    assert overrides(shop, several)[0] == "@every 15m"


def test_the_retry_policy_of_an_event_application_is_changed(
    shop: Shop, mia: Browser, several: Document
) -> None:
    page = mia.get(page_of(several, "/configuration"))
    sent = {f"{RETRY}.strategy": "exponential-backoff", f"{RETRY}.shortest": "5"}
    mia.submit(page, "Redeploy", **sent, **{f"{RETRY}.attempts": "7"})
    policy = {"strategy": "exponential-backoff", "minBackoffSeconds": 5, "maxBackoffSeconds": 600,
              "maxAttempts": 7}  # fmt: skip
    assert overrides(shop, several) == ("0 0 * * *", policy)
    finish(shop.site, several)
    page = mia.get(page_of(several, "/configuration"))
    assert control(page, f"{RETRY}.attempts")["value"] == "7"
    mia.submit(page, "Redeploy", **{f"{RETRY}.strategy": "immediate"})
    assert overrides(shop, several)[1] == {"strategy": "immediate"}


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("schedule.value.nightly", "whenever", "The schedule of nightly is not one"),
        ("retry.value.listener.shortest", "0", "take 1 to 600"),
        ("retry.value.listener.shortest", "soon", "take 1 to 600"),
        ("retry.value.listener.shortest", "601", "take 1 to 600"),
        ("retry.value.listener.attempts", "many", "maxAttempts takes 5 to 100"),
    ],
)
def test_what_is_wrong_with_either_stands_beside_it(
    shop: Shop, mia: Browser, several: Document, name: str, typed: str, told: str
) -> None:
    page = mia.get(page_of(several, "/configuration"))
    sent = {f"{RETRY}.strategy": "exponential-backoff"} | {name: typed}
    page = mia.submit(page, "Redeploy", **sent)
    assert page.status == 400
    assert control(page, name)["value"] == typed
    field = SCHEDULE if name == SCHEDULE else f"{RETRY}.strategy"
    (wrong,) = [one for one in page.root.find_all() if one.get("name") == field]
    assert wrong["aria-invalid"] == "true"
    assert told in page.root.find(id=wrong["aria-describedby"]).text
    assert overrides(shop, several) == ("0 0 * * *", {"strategy": "immediate"})


def test_while_it_changes_it_cannot_be_redeployed(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    deployment = shop.begun(greeting)
    page = mia.get(page_of(deployment, "/configuration"))
    assert "It is being deployed just now" in page.text
    (button,) = [one for one in page.root.find_all("button") if one.text == "Redeploy"]
    assert "disabled" in button.attributes
    page = mia.submit(page, "Redeploy", **{MODE: "slow"})
    assert page.status == 400
    assert "Invalid status change: Already deploying" in messages(page)
    assert control(page, MODE)["value"] == "slow"


def test_a_newer_version_is_offered_with_what_differs(shop: Shop, mia: Browser) -> None:
    draft = shop.connector(name="Growing")
    deployment = shop.installed(draft)
    assert "Move to the new version" not in mia.get(page_of(deployment)).text
    assert mia.get(page_of(deployment, "/version")).status == 404
    shop.next_version(draft, "many")
    page = mia.get(page_of(deployment))
    assert "Version 2 is there" in page.text
    page = mia.follow(page, "Move to the new version")
    items = [one.text for one in page.main.find("section").find_all("li")]
    assert items == [
        "New value REGION of all applications: needed",
        "New secured value SHARED of all applications",
        f"The application listener {NEW}",
        f"The application nightly {NEW}",
    ]
    page = mia.submit(page, "Move to the new version")
    assert page.status == 400
    assert "This value is needed." in page.text
    page = mia.submit(page, "Move to the new version", **{"value..REGION": "north"})
    assert "Growing is moving to version 2." in messages(page)
    known = shop.now(deployment)
    assert known["connector"]["version"] == 2
    assert known["globalConfiguration"]["standardConfiguration"] == [
        {"key": "REGION", "value": "north"}
    ]
    assert variables(shop, deployment)["TOKEN"] == SECRET


def test_keys_that_are_gone_are_named(shop: Shop, mia: Browser) -> None:
    draft = shop.connector(name="Changing")
    deployment = shop.installed(draft)
    shop.next_version(draft, "2.0.0")
    page = mia.get(page_of(deployment, "/version"))
    items = [one.text for one in page.main.find("section").find_all("li")]
    assert items == ["New value SPEED of service", "No longer taken: MODE of service"]


def test_only_new_code_needs_no_values(shop: Shop, mia: Browser) -> None:
    draft = shop.connector(name="Same")
    deployment = shop.installed(draft)
    shop.next_version(draft, "client")
    page = mia.get(page_of(deployment, "/version"))
    assert "Its API client gets the scope manage_orders ." in page.text
    page = mia.submit(page, "Move to the new version", skipScripts="true")
    assert shop.now(deployment)["apiClient"]["scopes"] == ["manage_orders:demo"]


def test_a_preview_moves_to_the_draft_as_it_is(shop: Shop, mia: Browser) -> None:
    draft = shop.connector(name="Preview")
    deployment = shop.installed(draft, connector={"id": draft["id"], "staged": True})
    assert deployment["preview"] is True
    changed = shop.next_version(draft, "2.0.0")
    page = mia.submit(mia.get(page_of(deployment, "/version")), "Move to the new version")
    assert "Preview is moving to version" in messages(page)
    assert shop.now(deployment)["connector"]["repository"]["tag"] == "2.0.0"
    assert shop.now(deployment)["connector"]["version"] == changed["version"]
