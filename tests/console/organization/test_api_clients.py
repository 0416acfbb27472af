"""API clients in the browser: what may be given, a secret shown once, and gone when deleted."""

import pytest
from sqlalchemy import select
from tests.console.people import People
from tests.console.support import Browser, Page, Site

from connectory.auth.administration import Credentials
from connectory.auth.sessions import console_sessions
from connectory.console.organization.api_clients import offered

PAGE = "/console/api-clients"


def made(page: Page) -> Credentials:
    secret = page.root.find("code", id="client-secret").text
    return Credentials(
        client_id=page.root.find("code", id="client-id").text,
        client_secret=secret,
        project_key="demo",
        scopes=(),
    )


def sessions(site: Site) -> str:
    rows = site.database.read_blocking(lambda c: c.execute(select(console_sessions.c.data)).all())
    return " ".join(row.data for row in rows)


def create(browser: Browser, name: str, *scopes: str) -> Page:
    return browser.submit(
        browser.get(PAGE), "Create API client", name=name, scope=[f"{one}:demo" for one in scopes]
    )


def test_the_secret_is_shown_once_and_works(site: Site) -> None:
    with site.administrator() as browser:
        page = create(browser, "Nightly", "view_connectors")
        assert (page.status, page.path) == (201, PAGE)
        client = made(page)
        token = site.fetch_token(client)
        assert site.send("GET", "/connectors/drafts", token=token).status == 200
        assert site.send("GET", "/demo/deployments", token=token).status == 403
        assert client.client_secret not in sessions(site)
        assert "no-store" in page.response.headers["cache-control"]
        page = browser.get(PAGE)
        assert client.client_secret not in page.source
        assert client.client_id in page.text
        assert "Nightly" in page.text


def test_a_deleted_client_is_refused_after_a_second_thought(site: Site) -> None:
    with site.administrator() as browser:
        client = made(create(browser, "Short-lived", "view_connectors"))
        token = site.fetch_token(client)
        sure = browser.get(f"{PAGE}/{client.client_id}/delete?project=demo")
        assert sure.heading == "Delete the API client Short-lived?"
        assert site.send("GET", "/connectors/drafts", token=token).status == 200
        page = browser.submit(sure, "Delete")
        assert "Deleted." in page.text
        assert client.client_id not in page.main.find("table").text
        assert site.send("GET", "/connectors/drafts", token=token).status == 401
        assert browser.get(f"{PAGE}/{client.client_id}/delete?project=demo").status == 404


def test_without_a_scope_nothing_is_made_and_nothing_typed_is_lost(site: Site) -> None:
    with site.administrator() as browser:
        page = browser.submit(browser.get(PAGE), "Create API client", name="Forgotten")
        assert page.status == 400
        assert "Choose at least one scope." in page.text
        assert page.root.find("input", name="name")["value"] == "Forgotten"


def test_a_member_gives_no_more_than_their_own_scopes(site: Site, people: People) -> None:
    with people.signed_in(people.member) as browser:
        page = browser.get(PAGE)
        boxes = {one["value"] for one in page.root.find_all("input", name="scope")}
        assert "manage_connectors:demo" in boxes
        assert "manage_project:demo" not in boxes
        form = page.form("Create API client").filled(name="More")
        forged = browser.post(PAGE, [*form, ("scope", "manage_members:demo")])
        assert forged.status == 403
        assert "You cannot give" in forged.text


def test_other_organizations_are_not_there(site: Site, people: People) -> None:
    with people.signed_in(people.foreign_admin) as browser:
        assert browser.get(f"{PAGE}?project=demo").status == 404
        form = browser.get(PAGE).form("Create API client").filled(scope=["view_connectors:acme"])
        forged = [(name, "demo" if name == "project" else value) for name, value in form]
        assert browser.post(PAGE, forged).status == 404
        victim = site.first.credentials.client_id
        assert browser.get(f"{PAGE}/{victim}/delete?project=acme").status == 404
        token = dict(form)["csrf"]
        refused = browser.post(f"{PAGE}/{victim}/delete", {"csrf": token, "project": "acme"})
        assert "does not exist" in refused.text
    assert site.fetch_token(site.first.credentials)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ({"view_connectors"}, ["view_connectors"]),
        ({"manage_connectors"}, ["manage_connectors", "view_connectors"]),
        (set(), []),
    ],
)
def test_what_may_be_given_follows_from_what_one_has(held: set[str], wanted: list[str]) -> None:
    assert offered(frozenset(held), "demo") == tuple(f"{one}:demo" for one in wanted)
