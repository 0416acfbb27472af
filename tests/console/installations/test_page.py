"""The page of one installation: what it says, and what can be done from it."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.released import finish
from tests.console.installations.conftest import (
    SECRET,
    Document,
    Shop,
    headings,
    messages,
    page_of,
)
from tests.console.support import Browser, Page

from connectory.connectors.model import ReportEntry, ReportEntryType
from connectory.deployments.model import Deployment
from connectory.deployments.progress import failed, undeploy_failed
from connectory.deployments.store import deployment_with, save_deployment
from connectory.durable import Run, RunState
from connectory.durable.runs import move, runs_of, step_began, step_ended
from connectory.hosting.report import noted
from connectory.wire import now, timestamp

GONE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def greeting(shop: Shop) -> Document:
    return shop.connector(name="Greeting")


def hidden(page: Page, label: str) -> str:
    """The version that the form of this button was shown with."""
    return dict(page.form(label).filled())["version"]


def fail(shop: Shop, deployment: Document, title: str, message: str) -> None:
    """The end of a run that gave up."""
    give_up(shop, deployment, title, message, failed)


def stick(shop: Shop, deployment: Document, title: str, message: str) -> None:
    """The end of a run that could not take it down."""
    give_up(shop, deployment, title, message, undeploy_failed)


def last_run(shop: Shop, deployment: Document) -> Run:
    return shop.site.database.read_blocking(lambda c: runs_of(c, deployment["id"])[0])


def give_up(
    shop: Shop,
    deployment: Document,
    title: str,
    message: str,
    how: Callable[[Deployment], Deployment],
) -> None:

    def work(connection: Any) -> None:
        run = runs_of(connection, deployment["id"])[0]
        entry = ReportEntry(
            type=ReportEntryType.ERROR,
            title=title,
            message=message,
            application="service",
            created_at=timestamp(now()),
        )
        stored = deployment_with(connection, id=deployment["id"])
        move(connection, run.id, RunState.RUNNING)
        step_began(connection, run.id, "start")
        step_ended(connection, run.id, "start", "done", 1.5, None)
        move(connection, run.id, RunState.FAILED)
        save_deployment(connection, how(noted(stored.deployment, run.id, entry)))

    shop.site.database.write_blocking(work)


def test_what_runs_is_shown_with_its_addresses(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    deployment = shop.installed(greeting, key="shown")
    page = mia.get(page_of(deployment))
    assert page.heading == "Greeting"
    assert "Installed Its applications run." in page.text
    assert page.root.find(id="url-service").text == "http://127.0.0.1:1/service"
    assert page.root.find("button", class_="copy")["data-copy"] == "url-service"
    assert "MODE fast" in page.text
    assert "TOKEN set, hidden" in page.text
    assert SECRET not in page.source
    assert "*" * len(SECRET) not in page.source
    assert "sse-connect" not in page.source


def test_the_steps_are_shown_while_it_is_installed(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    deployment = shop.begun(greeting)

    def begin(connection: Any) -> None:
        run = runs_of(connection, deployment["id"])[0]
        move(connection, run.id, RunState.RUNNING)
        step_began(connection, run.id, "prepare")

    shop.site.database.write_blocking(begin)
    page = mia.get(page_of(deployment))
    assert "Prepare the applications running" in page.text
    assert not page.has_button("Redeploy")
    assert "Changes are possible once it is done." in page.text
    assert "as soon as it runs" in page.text


def test_the_page_changes_until_it_is_done(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.begun(greeting)
    page = mia.get(page_of(deployment))
    (element,) = page.root.find_all(**{"sse-close": "over"})
    said = list[str]()
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if not said:
                finish(shop.site, deployment)
            said.append(line)
    assert any("url-service" in line for line in said)
    assert any('name="csrf"' in line for line in said)
    assert "event: over" in said


def test_a_failure_names_its_cause_and_the_way_on(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    deployment = shop.begun(greeting)
    fail(
        shop, deployment, "Health check for application service failed",
        "It listens on 3000, not on 8080.\nlistening on :3000\nFix: listen on $PORT.",
    )  # fmt: skip
    page = mia.get(page_of(deployment))
    assert "Install failed Nothing of it runs." in page.text
    assert "Error Health check for application service failed" in headings(page)
    assert "It listens on 3000, not on 8080." in page.text
    assert "Fix: listen on $PORT." in page.text
    assert page.has_button("Redeploy")


def test_what_ran_before_is_said_to_go_on(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.installed(greeting)
    mia.submit(mia.get(page_of(deployment)), "Redeploy")
    fail(shop, deployment, "Application service cannot be run", "No.")
    assert "What ran before goes on answering." in mia.get(page_of(deployment)).text


def test_redeploy_as_it_is(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.installed(greeting)
    page = mia.submit(mia.get(page_of(deployment)), "Redeploy")
    assert "Greeting is being redeployed." in messages(page)
    assert '"action": "redeploy"' not in messages(page)  # no body of a Deployment is kept
    assert shop.now(deployment)["status"] == "Deploying"


def test_a_change_meanwhile_is_told(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.installed(greeting)
    old = mia.get(page_of(deployment))
    mia.submit(mia.get(page_of(deployment)), "Redeploy")
    finish(shop.site, deployment)
    page = mia.submit(old, "Redeploy")
    assert "Somebody changed it meanwhile" in messages(page)
    assert shop.now(deployment)["status"] == "Deployed"


def test_uninstalling_asks_first(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.installed(greeting)
    page = mia.follow(mia.get(page_of(deployment)), "Uninstall")
    assert page.heading == "Uninstall Greeting?"
    assert "http://127.0.0.1:1/service answers no more" in page.text
    assert shop.now(deployment)["status"] == "Deployed"
    page = mia.submit(page, "Uninstall")
    assert page.path == "/console/installations"
    assert "Greeting is being uninstalled from demo." in messages(page)
    assert shop.now(deployment)["status"] == "Undeploying"
    page = mia.get(page_of(deployment))
    assert "Uninstalling Its applications are being stopped." in page.text
    assert "Uninstall" not in [one.text for one in page.root.find_all("a")]


def test_what_could_not_be_taken_down_says_why_and_offers_the_way_on(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    deployment = shop.installed(greeting)
    mia.submit(mia.get(page_of(deployment, "/uninstall")), "Uninstall")
    stick(shop, deployment, "The script preUndeploy failed", "It ended with 3.")
    page = mia.get(page_of(deployment))
    assert "Uninstall failed It could not be taken down, and runs on as before." in page.text
    assert "Error The script preUndeploy failed" in headings(page)
    assert "It ended with 3." in page.text
    asked = mia.follow(page, "Uninstall without scripts")
    assert "checked" in asked.root.find("input", name="skipScripts").attributes
    assert f"DELETE /demo/deployments/{deployment['id']}?skipScripts=true" in asked.text
    page = mia.submit(page, "Try again")
    assert "Greeting is being uninstalled from demo." in messages(page)
    assert last_run(shop, deployment).request == '{"skipScripts":false}'
    stick(shop, deployment, "Failed", "Again.")
    page = mia.submit(asked, "Uninstall")
    assert f"DELETE /demo/deployments/{deployment['id']}?skipScripts=true" in messages(page)
    assert last_run(shop, deployment).request == '{"skipScripts":true}'


def test_others_do_not_see_it(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.installed(greeting)
    parts = ("", "/configuration", "/logs", "/logs.txt", "/revisions", "/revisions/1", "/uninstall",
             "/events", "/logs/events")  # fmt: skip
    with shop.people.signed_in(shop.people.foreign_admin) as browser:
        for part in parts:
            assert browser.get(page_of(deployment, part)).status == 404, part
            # neither under a Project of their own
            assert browser.get(page_of(deployment, part, "acme")).status == 404, part
    with shop.people.signed_in(shop.people.reviewer) as browser:
        for part in parts:
            assert browser.get(page_of(deployment, part)).status == 403, part
    assert mia.get(f"/console/installations/demo/{GONE}").status == 404
    assert mia.get("/console/installations/demo/no-id").status == 400
    assert mia.get(page_of(deployment, project="store")).status == 404


@pytest.mark.parametrize("part", ["/redeploy", "/configuration", "/uninstall", "/version"])
def test_forms_of_others_change_nothing(
    shop: Shop, mia: Browser, greeting: Document, part: str
) -> None:
    deployment = shop.installed(greeting)
    fields = [("csrf", "forged"), ("version", str(deployment["version"]))]
    assert mia.post(page_of(deployment, part), fields).status == 403
    token = dict(mia.get(page_of(deployment)).form("Redeploy").filled())["csrf"]
    stolen = [("csrf", token), *fields[1:]]
    evil = "https://evil.example"
    assert mia.post(page_of(deployment, part), stolen, origin=evil).status == 403
    with shop.people.signed_in(shop.people.reviewer) as browser:
        own = dict(browser.get("/console/profile").forms[0].filled())["csrf"]
        assert browser.post(page_of(deployment, part), [("csrf", own)]).status == 403
    assert shop.now(deployment)["status"] == "Deployed"
