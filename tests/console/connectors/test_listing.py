"""The organization's connectors, to look through."""

from collections.abc import Iterator

import pytest
from tests.api.conftest import laid_out
from tests.api.released import release
from tests.console.connectors.conftest import ADDRESS
from tests.console.people import People
from tests.console.support import Browser, Page, Site, serving


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One of its own: what is there is counted."""
    repository = laid_out(tmp_path_factory.mktemp("repository"))
    with serving(tmp_path_factory.mktemp("data"), repository) as site:
        yield site


@pytest.fixture(scope="module")
def people(site: Site) -> People:
    return People(site)


@pytest.fixture(scope="module")
def shop(site: Site) -> Site:
    """Thirty drafts in which some are published."""
    for number in range(28):
        site.create(name=f"Shipping {number:02}", integrationTypes=["shipping"])
    release(site, site.create(name="Published one", key="published-one"))
    release(site, site.create(name="Listed 100%", key="listed-one"), public=True)
    return site


def names(page: Page) -> list[str]:
    return [row.find("th").text for row in page.root.find("tbody").find_all("tr")]


def test_the_last_change_comes_first_and_pages_follow(shop: Site, mia: Browser) -> None:
    page = mia.get(ADDRESS)
    assert names(page)[:2] == ["Listed 100%", "Published one"]
    assert len(names(page)) == 20
    second = mia.follow(page, "Next")
    assert not set(names(page)) & set(names(second))
    assert names(mia.follow(second, "Previous")) == names(page)


def test_a_row_says_how_it_stands(shop: Site, mia: Browser) -> None:
    page = mia.get(ADDRESS)
    cells = [cell.text for cell in page.root.find("tbody").find("tr").find_all("th", "td")]
    assert cells == [
        "Listed 100%", "listed-one", "1.0.0", "Preview Accepted", "Listed and certified", "None",
        "just now",
    ]  # fmt: skip
    assert mia.get(page.link("Listed 100%")).heading == "Listed 100%"


def test_filters_narrow_the_list_and_stay(shop: Site, mia: Browser) -> None:
    page = mia.submit(mia.get(ADDRESS), "Filter", text="SHIPPING 0", sort="name asc")
    assert names(page) == [f"Shipping 0{number}" for number in range(10)]
    assert page.root.find("input", name="text")["value"] == "SHIPPING 0"
    page = mia.submit(page, "Filter", text="", isPrivate="false")
    assert names(page) == ["Listed 100%"]
    page = mia.submit(page, "Filter", isPrivate="", status="Published")
    assert names(page) == ["Listed 100%", "Published one"]
    page = mia.submit(mia.follow(page, "Clear"), "Filter", integrationTypes="shipping")
    assert len(names(page)) == 20
    assert "1–20 of 28" in page.text  # noqa: RUF001  as it is shown
    page = mia.submit(mia.get(ADDRESS), "Filter", text="100%")
    assert names(page) == ["Listed 100%"]
    page = mia.submit(mia.get(ADDRESS), "Filter", text="no such thing")
    assert "No connector matches" in page.text


@pytest.mark.parametrize(
    "query",
    ["offset=-1", "offset=x", "offset=99999999999", "status=<b>", "sort=password", "isPrivate=no",
     "text=%00", "text=%E2%80%AE", "integrationTypes=x&integrationTypes=y"],
)  # fmt: skip
def test_whatever_the_address_says_there_is_a_page(shop: Site, mia: Browser, query: str) -> None:
    assert mia.get(f"{ADDRESS}?{query}").status == 200


def test_an_empty_list_says_how_to_begin(shop: Site, people: People) -> None:
    """Each organization has its own."""
    with people.signed_in(people.foreign_member) as max_:
        page = max_.get(ADDRESS)
        assert "No connectors yet" in page.text
        assert max_.follow(page, "Create connector").heading == "Create connector"


def test_strangers_are_sent_to_sign_in_and_back(shop: Site, people: People) -> None:
    with shop.browser() as browser:
        page = browser.get(f"{ADDRESS}?text=x")
        assert page.heading == "Sign in"
        mia = people.member
        page = browser.submit(page, "Sign in", name=mia.name, password=mia.password)
        assert page.url.endswith(f"{ADDRESS}?text=x")
