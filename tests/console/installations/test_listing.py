"""The list of what is installed, over all Projects of an organization."""

import pytest
from tests.api.released import finish
from tests.console.installations.conftest import Document, Shop, page_of
from tests.console.support import Browser, Page

HERE = "/console/installations"


@pytest.fixture(scope="module")
def installed(shop: Shop) -> dict[str, Document]:
    apple, berry = shop.connector(name="Apple"), shop.connector(name="Berry")
    return {
        "good": shop.installed(apple, key="good-one"),
        "bad": shop.installed(apple, "Failed"),
        "busy": shop.begun(berry),
        "live": shop.begun(berry, "store", type="production"),
    }


def rows(page: Page) -> list[list[str]]:
    """Name, Project, Type and Status of each."""
    found = [[one.text for one in row.find_all("th", "td")] for row in page.root.find_all("tr")]
    return [[row[0], row[1], row[3], row[5]] for row in found[1:]]


def test_every_project_is_in_one_list(mia: Browser, installed: dict[str, Document]) -> None:
    page = mia.get(HERE)
    assert sorted(rows(page)) == [
        ["Apple", "demo", "Sandbox", "Install failed"],
        ["Apple good-one", "demo", "Sandbox", "Installed"],
        ["Berry", "demo", "Sandbox", "Installing"],
        ["Berry", "store", "Production", "Installing"],
    ]
    changed = [
        one.find("time") for one in page.root.find_all("td", **{"data-label": "Last change"})
    ]
    assert all(one["datetime"] for one in changed)
    assert {one["href"] for one in page.main.find_all("a")} >= {
        page_of(installed["good"]), page_of(installed["live"], project="store"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"project": "store"}, ["Berry"]),
        ({"type": "production"}, ["Berry"]),
        ({"status": "Installed"}, ["Apple good-one"]),
        ({"text": "APP"}, ["Apple", "Apple good-one"]),
        ({"text": "good-o"}, ["Apple good-one"]),
        ({"text": "apple", "status": "Installing"}, []),
    ],
)
def test_filters(
    mia: Browser, installed: dict[str, Document], query: dict[str, str], found: list[str]
) -> None:
    page = mia.submit(mia.get(HERE), "Filter", **query)
    assert sorted(row[0] for row in rows(page)) == found
    assert found or "No installation is like that" in page.text
    # what was filtered by stays in the form
    kept = dict(page.form("Filter").filled())
    assert {name: kept[name] for name in query} == query


def test_pages_of_a_long_list_keep_the_filter(shop: Shop, mia: Browser) -> None:
    many = shop.connector(name="Crowd")
    for _ in range(21):
        shop.begun(many)
    first = mia.get(f"{HERE}?text=crowd")
    assert len(rows(first)) == 20
    second = mia.follow(first, "Next")
    assert len(rows(second)) == 1
    assert "of 21" in second.text
    assert len(rows(mia.follow(second, "Previous"))) == 20


def test_an_odd_page_is_the_first_one(mia: Browser, installed: dict[str, Document]) -> None:
    for offset in ("-1", "x", "9" * 40):
        assert mia.get(f"{HERE}?text=apple&offset={offset}").status == 200
    assert len(rows(mia.get(f"{HERE}?text=apple&offset=x"))) == 2


def test_nothing_installed_leads_to_the_marketplace(shop: Shop) -> None:
    with shop.people.signed_in(shop.people.foreign_admin) as browser:
        page = browser.get(HERE)
    assert "Nothing is installed yet" in page.text
    assert page.link("To the Marketplace") == "/marketplace"


def test_it_is_not_for_reviewers(shop: Shop) -> None:
    with shop.people.signed_in(shop.people.reviewer) as browser:
        assert browser.get(HERE).status == 403
        assert browser.get(f"{HERE}/events").status == 403


def test_the_list_changes_while_one_looks(shop: Shop, mia: Browser) -> None:
    connector = shop.connector(name="Moving")
    deployment = shop.begun(connector)
    page = mia.get(f"{HERE}?text=moving")
    (element,) = page.root.find_all(**{"sse-close": "over"})
    assert "Installing" in page.text
    lines = list[str]()
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        for line in stream.iter_lines():
            if not lines:
                finish(shop.site, deployment)
            lines.append(line)
    # what the page showed already was not sent again
    assert [one for one in lines if ">Install" in one] == [
        one for one in lines if ">Installed<" in one
    ]
    assert [one for one in lines if ">Installed<" in one]
    assert lines.count("event: over") == 1
