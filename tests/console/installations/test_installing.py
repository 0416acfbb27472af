"""The wizard: from a Connector to Deployments in the chosen Projects."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, select, update
from tests.console.installations.conftest import SECRET, Document, Shop, messages
from tests.console.support import Browser, Page

from connectory.auth.sessions import console_sessions
from connectory.deployments.store import deployments as stored

HERE = "/console/install"


@pytest.fixture(scope="module")
def greeting(shop: Shop) -> Document:
    return shop.connector(name="Greeting")


def values(browser: Browser, connector: Document, *projects: str) -> Page:
    """The second page, for these Projects."""
    first = browser.get(f"{HERE}?connectorId={connector['id']}")
    page = browser.submit(first, "Next", project=list(projects))
    assert page.status == 200, page.text
    return page


def release_key(shop: Shop, deployment: Document) -> None:
    """Its key is free again."""

    def work(connection: Connection) -> None:
        this = stored.c.id == deployment["id"]
        connection.execute(update(stored).where(this).values(key=None))

    shop.site.database.write_blocking(work)


def deployments(shop: Shop, project: str, connector: Document) -> list[Document]:
    token = shop.site.caller(project, "manage_project")
    found = shop.site.send("GET", f"/{project}/deployments?limit=500", token=token).body["results"]
    return [one for one in found if one["connector"]["id"] == connector["id"]]


def test_a_connector_is_installed_in_two_steps(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    page = mia.get(f"{HERE}?connectorId={greeting['id']}")
    assert page.heading == "Install Greeting"
    assert page.form("Next").element.find("select", name="region")
    page = mia.submit(page, "Next", project="demo")
    assert "The Connector gets" not in page.text
    page = mia.submit(
        page, "Install", **{"demo.service.MODE": "slow", "demo.service.TOKEN": SECRET}
    )
    (made,) = deployments(shop, "demo", greeting)
    assert page.path == f"/console/installations/demo/{made['id']}"
    assert "Greeting is being installed in demo." in messages(page)
    assert "POST /demo/deployments" in messages(page)
    assert made["type"] == "sandbox"
    (application,) = made["applications"]
    assert application["standardConfiguration"] == [{"key": "MODE", "value": "slow"}]
    assert application["securedConfiguration"] == [{"key": "TOKEN", "value": "*" * len(SECRET)}]


def test_a_double_click_installs_once(shop: Shop, mia: Browser) -> None:
    connector = shop.connector(name="Twice")
    page = values(mia, connector, "demo")
    form = page.form("Install")
    fields = form.filled(**{"demo.service.TOKEN": SECRET})
    with ThreadPoolExecutor() as both:
        clicks = [both.submit(mia.post, page.url, fields) for _ in range(2)]
    (made,) = deployments(shop, "demo", connector)
    for one in clicks:
        assert one.result().path == f"/console/installations/demo/{made['id']}"
    # the same page with other values is not the same form, and the page made anew is another
    other = form.filled(**{"demo.service.TOKEN": SECRET, "key.demo": "second"})
    mia.post(page.url, other)
    anew = values(mia, connector, "demo")
    mia.submit(anew, "Install", **{"demo.service.TOKEN": SECRET})
    assert len(deployments(shop, "demo", connector)) == 3


def test_what_was_refused_can_be_sent_again_as_it_was(shop: Shop, mia: Browser) -> None:
    connector, other = shop.connector(name="Refused"), shop.connector(name="Holder")
    holder = shop.installed(other, key="wanted")
    page = values(mia, connector, "demo")
    fields = page.form("Install").filled(**{"demo.service.TOKEN": SECRET, "key.demo": "wanted"})
    assert mia.post(page.url, fields).status == 400
    release_key(shop, holder)
    assert mia.post(page.url, fields).path.startswith("/console/installations/demo/")


def test_the_form_comes_from_the_configuration_contract(mia: Browser, greeting: Document) -> None:
    page = values(mia, greeting, "demo")
    (mode,) = page.root.find_all("input", name="demo.service.MODE")
    (token,) = page.root.find_all("input", name="demo.service.TOKEN")
    labels = {one["for"]: one.text for one in page.root.find_all("label")}
    assert mode["value"] == "fast"
    assert token["type"] == "password"
    assert token["aria-required"] == "true"
    assert labels[mode["id"]] == "MODE optional How it works"
    assert labels[token["id"]] == "TOKEN What it needs"


def test_what_the_api_refuses_stands_at_its_field(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    before = len(deployments(shop, "demo", greeting))
    page = mia.submit(
        values(mia, greeting, "demo"),
        "Install",
        **{"demo.service.MODE": "odd", "demo.service.TOKEN": ""},
    )
    assert page.status == 400
    (token,) = page.root.find_all("input", name="demo.service.TOKEN")
    (hint,) = page.root.find_all(id=token["aria-describedby"])
    assert token["aria-invalid"] == "true"
    assert "This value is needed." in hint.text
    (mode,) = page.root.find_all("input", name="demo.service.MODE")
    assert mode["value"] == "odd"
    assert "aria-invalid" not in mode.attributes
    assert len(deployments(shop, "demo", greeting)) == before


def test_secured_values_stay_out_of_pages_messages_and_sessions(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    page = values(mia, greeting, "demo")
    taken = mia.submit(page, "Install", **{"demo.service.TOKEN": SECRET, "key.demo": "not a key"})
    assert taken.status == 400
    done = mia.submit(taken, "Install", **{"demo.service.TOKEN": SECRET, "key.demo": ""})
    assert done.path.startswith("/console/installations/demo/")
    kept = shop.site.database.read_blocking(
        lambda c: "".join(c.execute(select(console_sessions.c.data)).scalars())
    )
    for text in (taken.source, done.source, done.url, kept):
        assert SECRET not in text


def test_several_lines_can_be_given(shop: Shop, mia: Browser, greeting: Document) -> None:
    key = "-----BEGIN-----\nline\n-----END-----"
    sent = {"demo.service.TOKEN.lines": key.replace("\n", "\r\n"), "key.demo": "lines"}
    page = mia.submit(values(mia, greeting, "demo"), "Install", **sent)
    assert page.status == 200
    made = shop.site.send("GET", "/demo/deployments/key=lines").body
    (secret,) = made["applications"][0]["securedConfiguration"]
    assert secret["value"] == "*" * len(key)


def test_several_projects_get_one_deployment_each(shop: Shop, mia: Browser) -> None:
    connector = shop.connector(name="Everywhere")
    page = values(mia, connector, "demo", "store")
    assert page.form("Install").element.find("select", name="type.store").text == (
        "Production Sandbox"
    )
    sent = {"demo.service.MODE": "slow", "demo.service.TOKEN": SECRET}
    page = mia.submit(page, "Install", **sent)
    assert page.path == "/console/installations"
    assert "is being installed in demo" in messages(page)
    assert "is being installed in store" in messages(page)
    (trial,) = deployments(shop, "demo", connector)
    (production,) = deployments(shop, "store", connector)
    assert (trial["type"], production["type"]) == ("sandbox", "production")
    shown = [one["applications"][0]["standardConfiguration"] for one in (trial, production)]
    assert shown == [[{"key": "MODE", "value": "slow"}]] * 2


def test_all_projects_of_the_region(shop: Shop, mia: Browser, greeting: Document) -> None:
    page = mia.get(f"{HERE}?connectorId={greeting['id']}")
    page = mia.submit(page, "Next", which="all")
    assert "Project demo" in page.text
    assert "Project store" in page.text


def test_what_failed_in_one_project_is_tried_again_alone(shop: Shop, mia: Browser) -> None:
    connector = shop.connector(name="Partly")
    shop.begun(connector, "store", key="taken")
    sent = {"demo.service.TOKEN": SECRET, "demo.service.MODE": "slow", "key.store": "taken"}
    page = mia.submit(values(mia, connector, "demo", "store"), "Install", **sent)
    assert page.status == 400
    assert "It is being installed in demo" in page.text
    assert "Project store" in page.text
    assert "Project demo" not in page.main.text
    (key,) = page.root.find_all("input", name="key.store")
    assert "A duplicate value taken exists" in page.root.find(id=key["aria-describedby"]).text
    # what was the first Project's is its own now, but for the secret
    (mode,) = page.root.find_all("input", name="store.service.MODE")
    assert mode["value"] == "slow"
    again = {"store.service.TOKEN": SECRET, "key.store": "free"}
    page = mia.submit(page, "Install", **again)
    assert page.path.startswith("/console/installations/store/")
    assert len(deployments(shop, "demo", connector)) == 1
    assert len(deployments(shop, "store", connector)) == 2


def test_a_draft_is_installed_as_a_preview_where_it_is_open(shop: Shop, mia: Browser) -> None:
    draft = shop.connector(name="Draft")
    page = mia.get(f"{HERE}?draftId={draft['id']}")
    assert "Not open to it: store." in page.text
    page = mia.submit(page, "Next", project="demo")
    page = mia.submit(page, "Install", **{"demo.service.TOKEN": SECRET})
    assert page.status == 200, page.text
    (made,) = deployments(shop, "demo", draft)
    assert made["type"] == "preview"


def test_a_draft_without_a_preview_says_what_to_do(shop: Shop, mia: Browser) -> None:
    draft = shop.site.create(name="Young")
    page = mia.get(f"{HERE}?draftId={draft['id']}")
    assert "This draft cannot be installed yet" in page.text
    assert page.link("To the draft") == f"/console/connectors/{draft['id']}"


def test_shared_values_and_scopes_are_asked_for_and_shown(shop: Shop, mia: Browser) -> None:
    many = shop.connector("many", name="Many")
    page = values(mia, many, "demo")
    legends = [one.text for one in page.root.find_all("legend")]
    assert legends == ["All applications", "service service", "listener event", "nightly job"]
    page = mia.submit(page, "Install", **{"demo.service.TOKEN": SECRET})
    assert "This value is needed." in page.text  # REGION, of all applications
    sent = {"demo..REGION": "north", "demo.service.TOKEN": SECRET}
    page = mia.submit(page, "Install", **sent)
    (made,) = deployments(shop, "demo", many)
    assert made["globalConfiguration"]["standardConfiguration"] == [
        {"key": "REGION", "value": "north"}
    ]
    assert [one["applicationName"] for one in made["applications"]] == [
        "service", "listener", "nightly",
    ]  # fmt: skip


def test_the_scopes_of_its_api_client_are_shown(shop: Shop, mia: Browser) -> None:
    connector = shop.connector("client", name="Client")
    page = values(mia, connector, "demo")
    assert "API client of its own" in page.text
    assert "manage_orders" in page.text


def test_a_region_without_projects_offers_those_of_others(shop: Shop, mia: Browser) -> None:
    connector = shop.connector(name="Far", supportedRegions=["us-central1.gcp"])
    page = mia.get(f"{HERE}?connectorId={connector['id']}")
    assert "None of your Projects is in us-central1.gcp." in page.text
    page = mia.submit(page, "Next", project="demo")
    page = mia.submit(page, "Install", **{"demo.service.TOKEN": SECRET})
    (made,) = deployments(shop, "demo", connector)
    assert made["deployedRegion"] == "us-central1.gcp"


def test_another_region_shows_its_projects_before_it_goes_on(
    mia: Browser, greeting: Document
) -> None:
    page = mia.get(f"{HERE}?connectorId={greeting['id']}")
    page = mia.submit(page, "Next", region="us-east-2.aws")
    assert "None of your Projects is in us-east-2.aws." in page.text


def test_a_project_must_be_chosen(mia: Browser, greeting: Document) -> None:
    page = mia.get(f"{HERE}?connectorId={greeting['id']}")
    page = mia.submit(page, "Next", project=[])
    assert page.status == 400
    assert page.root.find(role="alert").text == "Choose at least one Project."


def test_who_may_not_install_is_told(shop: Shop, greeting: Document) -> None:
    address = f"{HERE}?connectorId={greeting['id']}"
    with shop.people.signed_in(shop.people.reviewer) as browser:
        assert browser.get(address).status == 403
    with shop.people.signed_in(shop.people.foreign_member) as browser:
        assert browser.get(address).status == 404
    with shop.site.browser() as browser:
        assert browser.get(address).path == "/console/login"


def test_projects_of_others_cannot_be_chosen(shop: Shop, mia: Browser, greeting: Document) -> None:
    chosen = "step=values&which=some&region=europe-west1.gcp&project=acme"
    page = mia.get(f"{HERE}?connectorId={greeting['id']}&{chosen}")
    assert page.status == 400
    assert "acme" not in page.main.text


def test_a_form_from_elsewhere_installs_nothing(
    shop: Shop, mia: Browser, greeting: Document
) -> None:
    before = len(deployments(shop, "demo", greeting))
    form = values(mia, greeting, "demo").form("Install")
    fields = form.filled(**{"demo.service.TOKEN": SECRET})
    assert mia.post(form.action, fields, origin="https://evil.example").status == 403
    forged = [(name, "x" if name == "csrf" else value) for name, value in fields]
    assert mia.post(form.action, forged).status == 403
    assert len(deployments(shop, "demo", greeting)) == before


def test_without_a_connector_the_page_says_where_to_begin(mia: Browser) -> None:
    page = mia.get(HERE)
    assert page.status == 404
    assert "Choose a Connector on the Marketplace" in page.text
