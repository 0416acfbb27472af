"""What strangers wrote, on the pages about installations: text, whatever it says."""

from typing import Any

import pytest
from tests.api.released import PROJECT, build, finish
from tests.console.installations.conftest import Document, Shop, page_of
from tests.console.support import Browser, Page

from connectory.connectors import store
from connectory.connectors.model import ConfigurationKey, ReportEntry, ReportEntryType
from connectory.connectors.progress import published, released
from connectory.deployments.progress import deployed, failed, serving_at
from connectory.deployments.store import deployment_with, save_deployment
from connectory.durable.runs import runs_of
from connectory.hosting.report import noted
from connectory.wire import now, replace, timestamp

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e{{ 7 * 7 }}'
MARK = "alert(1)"


@pytest.fixture(scope="module")
def hostile(shop: Shop) -> Document:
    """Every text of its contract is hostile; names and keys cannot be (facts 3.3)."""
    staged = shop.site.create(
        name=EVIL, privateProjects=[PROJECT], documentationUrl="javascript:alert(1)",
        creator={"email": "ada@example.org", "company": EVIL},
    )  # fmt: skip

    def work(connection: Any) -> None:
        stored = store.staged_with_id(connection, staged["id"])
        known = stored.staged.configurations[0]
        keys = (
            ConfigurationKey(key="MODE", description=EVIL, default=EVIL, required=False),
            ConfigurationKey(key="LINES", description=EVIL, default=f"{EVIL}\n</textarea>{EVIL}",
                             required=True),
        )  # fmt: skip
        secured = (ConfigurationKey(key="TOKEN", description=EVIL, required=True),)
        worse = replace(known, standard_configuration=keys, secured_configuration=secured)
        done = replace(published(stored.staged), configurations=(worse,))
        connector = replace(released(done, 1, certified=False), repository=replace(
            done.repository, tag=EVIL))  # fmt: skip
        store.insert_connector(connection, connector, stored.organization_id, build())
        store.save_staged(connection, done, expected=stored.staged.version)

    shop.site.database.write_blocking(work)
    return staged


@pytest.fixture(scope="module")
def deployment(shop: Shop, hostile: Document) -> Document:
    return finish(shop.site, shop.begun(hostile))


def harmless(page: Page) -> None:
    """Nothing of it became markup, and what it says is there to read."""
    assert page.status < 500
    assert MARK in page.source
    assert f"<script>{MARK}" not in page.source
    assert "<img" not in page.source
    read = page.main.find_all(
        "h1", "h2", "h3", "p", "li", "label", "legend", "td", "th", "dd", "code"
    )
    assert "\u202e" not in "".join(one.text for one in read)
    assert "49" not in page.heading
    for one in page.root.find_all():
        assert not any(name.startswith("on") for name in one.attributes), one.attributes
        for link in ("href", "src", "action"):
            assert not one.get(link).lower().startswith(("javascript:", "data:")), one.attributes


@pytest.mark.parametrize("part", ["", "/configuration", "/logs", "/revisions", "/uninstall"])
def test_pages_of_an_installation(mia: Browser, deployment: Document, part: str) -> None:
    harmless(mia.get(page_of(deployment, part)))


def test_the_list_and_the_wizard(mia: Browser, hostile: Document, deployment: Document) -> None:
    harmless(mia.get("/console/installations"))
    page = mia.get(f"/console/install?connectorId={hostile['id']}")
    harmless(page)
    page = mia.submit(page, "Next", project="demo")
    harmless(page)
    page = mia.submit(page, "Install", **{"demo.service.MODE": EVIL, "key.demo": EVIL})
    assert page.status == 400
    harmless(page)
    page = mia.submit(
        page, "Install", **{"demo.service.TOKEN": EVIL, "demo.service.MODE": EVIL, "key.demo": ""}
    )
    assert page.path.startswith("/console/installations/demo/")
    harmless(page)


def test_a_report_and_an_address(shop: Shop, mia: Browser, hostile: Document) -> None:
    made = shop.begun(hostile)

    def work(connection: Any) -> None:
        run = runs_of(connection, made["id"])[0]
        entry = ReportEntry(
            type=ReportEntryType.ERROR, title=EVIL, message=f"{EVIL}\n{EVIL}\nFix: {EVIL}",
            application=EVIL, created_at=timestamp(now()),
        )  # fmt: skip
        stored = deployment_with(connection, id=made["id"]).deployment
        urls = {"service": f"javascript:{EVIL}"}
        serving = deployed(serving_at(stored, run.id, urls, {"service": EVIL}))
        save_deployment(connection, failed(noted(serving, run.id, entry)))

    shop.site.database.write_blocking(work)
    harmless(mia.get(page_of(made)))


def test_filters_are_shown_as_text(mia: Browser, deployment: Document) -> None:
    query = f"?text={'%3Cscript%3Ealert(1)%3C/script%3E'}"
    for address in (f"/console/installations{query}", page_of(deployment, f"/logs{query}")):
        assert "<script>alert" not in mia.get(address).source


def test_nothing_loads_from_elsewhere(mia: Browser, deployment: Document) -> None:
    page = mia.get(page_of(deployment))
    policy = page.response.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy
    for one in page.root.find_all("script", "link", "img"):
        assert (one.get("src") or one.get("href")).startswith("/console/static/")
    assert "style=" not in page.source
