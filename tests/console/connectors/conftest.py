"""A creator at work, and drafts in every state, as a pipeline leaves them."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.conftest import laid_out
from tests.console.people import People
from tests.console.support import Browser, Page, Site, serving

ADDRESS = "/console/connectors"


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all that does not count what is there."""
    repository = laid_out(tmp_path_factory.mktemp("repository"))
    with serving(tmp_path_factory.mktemp("data"), repository) as site:
        yield site


@pytest.fixture(scope="package")
def people(site: Site) -> People:
    return People(site)


@pytest.fixture
def mia(people: People) -> Iterator[Browser]:
    """A member of the organization ``default``."""
    with people.signed_in(people.member) as browser:
        yield browser


@pytest.fixture
def draft(site: Site) -> dict[str, Any]:
    """One that nothing was done with yet."""
    return site.create(name="Tax", privateProjects=["europe-west1.gcp:demo"])


def current(site: Site, draft: dict[str, Any]) -> dict[str, Any]:
    return dict(site.send("GET", f"/connectors/drafts/{draft['id']}").body)


def page_of(browser: Browser, draft: dict[str, Any], tab: str = "") -> Page:
    return browser.get(f"{ADDRESS}/{draft['id']}{'/' if tab else ''}{tab}")


def says(page: Page) -> list[str]:
    """What the messages at the top say."""
    return [one.find("p").text for one in page.root.find_all("div", class_="message")]
