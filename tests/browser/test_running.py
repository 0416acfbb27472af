"""Looking after what runs: its messages, its jobs, its health, and the way back to what ran before.
Pages change by themselves; nobody reloads one."""

import re

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.chromium import Visitor
from tests.browser.conftest import Visit
from tests.browser.stage import Stage
from tests.browser.world import Words, deploy_busy
from tests.durability.platform import Document

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]

EVENT = '{"type": "OrderCreated"}'


@pytest.fixture(scope="module")
def deployment(stage: Stage) -> Document:
    return deploy_busy(stage, Words())


@pytest.fixture(scope="module")
def address(deployment: Document) -> str:
    return f"/console/installations/demo/{deployment['id']}"


def test_a_message_is_published_looked_at_and_discarded(
    stage: Stage, visit: Visit, address: str
) -> None:
    with visit(stage.grace) as grace:
        grace.go(address)
        grace.tab("Events")
        grace.follow("listener")
        grace.reads("Nothing waits")
        grace.fill("Data", EVENT)
        grace.press("Publish")
        grace.reads("is published")
        with grace.stays():
            grace.reads("It answered 500")
        grace.page.locator("tbody th a").click()
        grace.reads('"OrderCreated"')
        grace.press("Deliver now")
        grace.reads("is delivered again")
        # its second first attempt is over: the row stays as it is
        expect(grace.page.get_by_role("cell", name="1", exact=True)).to_be_visible()
        grace.page.locator("tbody th a").click()
        with grace.stays():
            grace.reads("The latest 2 of 2")
        grace.follow("Discard")
        grace.heading("Discard this message?")
        grace.press("Discard")
        grace.reads("is discarded")
        grace.reads("Nothing waits")


def test_a_job_is_run_by_hand(stage: Stage, visit: Visit, address: str) -> None:
    with visit(stage.grace) as grace:
        grace.go(f"{address}/jobs")
        grace.press("Run now")
        grace.reads("nightly runs now.")
        with grace.stays():
            expect(_last(grace)).to_contain_text("Succeeded")
        expect(_last(grace)).to_contain_text("somebody, by hand")


def test_what_runs_is_healthy_and_goes_back(
    stage: Stage, visit: Visit, address: str, deployment: Document
) -> None:
    with visit(stage.grace) as grace:
        grace.go(address)
        grace.tab("Health")
        expect(grace.page.get_by_role("cell", name="Running", exact=True)).to_have_count(2)
        grace.tab("Revisions")
        grace.follow("Revision 1")
        expect(grace.page.get_by_role("row", name=re.compile("nightly schedule"))).to_contain_text(
            "@yearly"
        )
        grace.press("Roll back to revision 1")
        grace.reads("goes back to revision 1.")
        with grace.stays():
            expect(grace.page.get_by_role("region", name="Status")).to_contain_text("Installed")
        known = stage.get(f"/demo/deployments/{deployment['id']}")
        assert (known["status"], known["rollbackRevision"]) == ("Deployed", 1)
        grace.tab("Revisions")
        grace.reads("brought back from revision 1")


def _last(visitor: Visitor) -> Locator:
    return visitor.page.locator("tbody tr").first
