"""The Marketplace as a stranger sees it, without JavaScript."""

import uuid
from itertools import pairwise
from typing import Any

import pytest
from tests.console.html import parse
from tests.console.support import Browser, Page, Site
from tests.marketplace.samples import SVG, Market, shown

from connectory.connectors.model import Creator, IntegrationType
from connectory.marketplace.links import Place
from connectory.marketplace.model import Readme
from connectory.marketplace.presentation import Logo
from connectory.marketplace.readme import readme

NASTY = "<script>alert(1)</script>\u202e\"'><img src=x onerror=alert(1)>"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"


@pytest.fixture(scope="module")
def tax(shop: Market) -> Any:
    return shop.publish("Sales tax", "Counts sales tax.\n\nIn many countries.", present=shown())


@pytest.fixture(scope="module")
def many(shop: Market) -> list[Any]:
    psp = (IntegrationType.PSP,)
    return [shop.publish(f"Wallet {number:02}", integration_types=psp) for number in range(30)]


def cards(page: Page) -> list[str]:
    return [one.find("h2").text for one in page.main.find_all("li", class_="connector")]


def test_a_search_is_a_form_and_an_address(browser: Browser, tax: Any) -> None:
    page = browser.get("/marketplace")
    assert page.status == 200
    assert page.heading == "Marketplace"
    found = browser.submit(page, "Search", text="sales", integrationTypes="tax")
    assert cards(found) == ["Sales tax"]
    assert "1 Connector" in found.text
    again = found.form("Search").filled()
    assert dict(again)["text"] == "sales"
    assert dict(again)["integrationTypes"] == "tax"


def test_pages_of_results_lead_to_each_other(browser: Browser, many: list[Any]) -> None:
    first = browser.get("/marketplace?text=wallet&sort=name")
    assert cards(first) == [f"Wallet {number:02}" for number in range(24)]
    second = browser.follow(first, "Next")
    assert cards(second) == [f"Wallet {number:02}" for number in range(24, 30)]
    assert cards(browser.follow(second, "Previous")) == cards(first)
    beyond = browser.get("/marketplace?text=wallet&offset=100")
    assert "The list ends before this page" in beyond.text


def test_an_empty_result_says_what_to_do(browser: Browser, tax: Any) -> None:
    page = browser.get("/marketplace?text=zzzz")
    assert "Try fewer or shorter words" in page.text
    assert page.link("Show all Connectors") == "/marketplace"


def test_what_cannot_be_searched_for_is_an_error_page(browser: Browser) -> None:
    page = browser.get("/marketplace?region=nowhere")
    assert page.status == 400
    assert page.heading == "That cannot be read"


def test_a_card_leads_to_the_page_of_its_connector(browser: Browser, tax: Any) -> None:
    page = browser.follow(browser.get("/marketplace?text=sales+tax"), "Sales tax")
    assert page.path == f"/marketplace/{tax.id}"
    assert page.heading == "Sales tax"
    for said in (
        "by Acme", "Certified", "Counts sales tax.", "TOKEN", "What it needs", "Default: fast",
        "required, secured", "manage_orders", "All Regions", "nightly", "0 3 * * *", "/service",
        "Hello", "1 blocker", "1 minor", "1.0.0", "The first public version", "ada@example.org",
    ):  # fmt: skip
        assert said in page.text, said
    assert page.link("Install") == f"/console/install?connectorId={tax.id}"
    assert page.root.find("img", class_="logo")["src"].startswith(f"/marketplace/{tax.id}/logo?v=")
    assert browser.get(f"/marketplace/key={tax.key}").heading == "Sales tax"


def test_installing_asks_to_sign_in_and_comes_back(site: Site, tax: Any) -> None:
    with site.browser() as browser:
        page = browser.follow(browser.get(f"/marketplace/{tax.id}"), "Install")
        assert page.path == "/console/login"
        who = {"name": site.first.administrator, "password": site.first.password}
        after = browser.submit(page, "Sign in", **who)
        assert after.path == "/console/install"
        assert f"connectorId={tax.id}" in after.url


def test_headings_follow_each_other(browser: Browser, tax: Any) -> None:
    page = browser.get(f"/marketplace/{tax.id}")
    levels = [int(one.tag[1]) for one in page.main.find_all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


def test_every_id_is_there_once_and_every_place_on_the_page_exists(
    browser: Browser, tax: Any
) -> None:
    for path in ("/marketplace", f"/marketplace/{tax.id}"):
        page = browser.get(path)
        ids = [one["id"] for one in page.root.find_all() if one.get("id")]
        assert len(set(ids)) == len(ids)
        for one in page.root.find_all():
            for name in ("href", "for", "aria-labelledby", "aria-describedby"):
                value = one.get(name)
                if name != "href" and value:
                    assert set(value.split()) <= set(ids)
                elif value.startswith("#"):
                    assert value[1:] in ids


def test_what_a_creator_writes_is_text(browser: Browser, shop: Market) -> None:
    creator = Creator(
        email="a?bcc=x&y@b.de", company=NASTY, name=NASTY, title=NASTY, support_url="javascript:x"
    )
    text = Readme(path=NASTY, html=readme(NASTY, Place()))
    one = shop.publish(
        NASTY, NASTY, creator=creator, documentation_url="javascript:alert(1)",
        present=shown(readme=text),
    )  # fmt: skip
    for path in (f"/marketplace/{one.id}", "/marketplace?sort=newest"):
        page = browser.get(path)
        assert page.status == 200
        assert "<script>alert" not in page.source
        assert "onerror" not in " ".join(
            name for element in page.root.find_all() for name in element.attributes
        )
        assert "\u202e" not in page.source
        assert "U+202E" in page.text
        assert "javascript:" not in " ".join(one["href"] for one in page.root.find_all("a"))
    page = browser.get(f"/marketplace/{one.id}")
    assert 'href="mailto:a%3Fbcc%3Dx%26y@b.de"' in page.source


def test_nothing_is_loaded_from_elsewhere(browser: Browser, tax: Any) -> None:
    for path in ("/marketplace", f"/marketplace/{tax.id}"):
        page = browser.get(path)
        assert page.response.headers["content-security-policy"].startswith(POLICY)
        loaded = [
            one.get("src") or one.get("href")
            for one in page.root.find_all("img", "script", "link", "iframe", "source")
        ]
        assert all(one.startswith(("/console/static/", "/marketplace/")) for one in loaded)
        assert "style" not in {n for one in page.root.find_all() for n in one.attributes}


def test_links_out_do_not_say_where_they_come_from(browser: Browser, shop: Market) -> None:
    creator = Creator(email="a@b.de", support_url="https://help.example/")
    one = shop.publish("Helped", creator=creator, documentation_url="https://docs.example/")
    page = browser.get(f"/marketplace/{one.id}")
    out = [a for a in page.root.find_all("a") if a["href"].startswith("http")]
    assert {"https://help.example/", "https://docs.example/"} <= {a["href"] for a in out}
    assert {a["rel"] for a in out} == {"noopener noreferrer nofollow"}


def test_a_page_is_kept_for_a_minute_and_known_by_its_content(browser: Browser, tax: Any) -> None:
    for path in ("/marketplace?text=sales+tax", f"/marketplace/{tax.id}"):
        headers = browser.get(path).response.headers
        assert headers["cache-control"] == "public, max-age=60"
        assert headers["vary"] == "Cookie"
        assert "set-cookie" not in headers
        again = browser.client.get(path, headers={"if-none-match": headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert browser.client.get(path, headers={"if-none-match": '"x"'}).status_code == 200


def test_who_is_signed_in_gets_a_page_of_their_own(site: Site, tax: Any) -> None:
    with site.administrator() as browser:
        page = browser.get(f"/marketplace/{tax.id}")
        assert page.response.headers["cache-control"] == "no-store"
        assert page.has_button("Sign out")
        assert page.heading == "Sales tax"


def test_a_logo_is_an_image_and_nothing_else(browser: Browser, tax: Any, shop: Market) -> None:
    page = browser.get(f"/marketplace/{tax.id}/logo")
    headers = page.response.headers
    assert page.response.content == SVG
    assert headers["content-type"] == "image/svg+xml"
    assert "sandbox" in headers["content-security-policy"]
    assert "script-src 'self'" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "public, max-age=60"
    named = browser.get(f"/marketplace/{tax.id}/logo?v={headers['etag'].strip(chr(34))[:16]}")
    assert "immutable" in named.response.headers["cache-control"]
    again = browser.client.get(page.path, headers={"if-none-match": headers["etag"]})
    assert again.status_code == 304
    png = shown(logo=Logo("image/png", "6" * 64, b"\x89PNG\r\n\x1a\n"))
    other = browser.get(f"/marketplace/{shop.publish(present=png).id}/logo")
    assert other.response.headers["content-type"] == "image/png"


def test_what_is_not_listed_has_no_page(browser: Browser, shop: Market) -> None:
    gone = shop.publish("Gone away", present=shown())
    shop.unlist(gone)
    private = shop.publish("Private", public=False, present=shown())
    for path in (
        gone.id, private.id, f"key={private.key}", str(uuid.uuid4()), "no-id", "key=!", "x" * 300,
        f"{gone.id}/logo", f"{private.id}/logo", "no-id/logo", "%00", "..%2f..%2fconnectors",
    ):  # fmt: skip
        page = browser.get(f"/marketplace/{path}")
        assert page.status == 404, path
        assert page.link("Marketplace") == "/marketplace"
    assert "taken off" in browser.get(f"/marketplace/{gone.id}").text
    assert cards(browser.get("/marketplace?text=gone+away")) == []


def test_a_part_of_the_page_is_what_is_found(browser: Browser, tax: Any) -> None:
    """What htmx puts in after each key is there for its selectors."""
    page = browser.get("/marketplace?text=sales+tax")
    form = page.form("Search").element
    assert form["hx-select"] == "#found > *"
    found = next(one for one in page.root.find_all("div") if one.get("id") == "found")
    assert "Sales tax" in found.text
    assert parse(page.source).find("p", id="count")["role"] == "status"
