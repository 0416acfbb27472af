"""The page of instances; what they are like is told by the platform that runs them."""

import pytest
from tests.api.released import finish
from tests.console.installations.conftest import Document, Shop, page_of
from tests.console.support import Browser

from connectory.console.installations.health import TONES, label
from connectory.hosting.instances import not_running
from connectory.hosting.phases import Phase


@pytest.fixture(scope="module")
def greeting(shop: Shop) -> Document:
    return shop.connector(name="Greeting")


def test_what_does_not_run_says_so(shop: Shop, mia: Browser, greeting: Document) -> None:
    page = mia.follow(mia.get(page_of(shop.installed(greeting))), "Health")
    assert "service service Not running Nothing of it runs." in page.text
    page = mia.get(page_of(shop.begun(greeting), "/health"))
    assert "It is being deployed just now." in page.text


def test_the_page_is_live(shop: Shop, mia: Browser, greeting: Document) -> None:
    deployment = shop.begun(greeting)
    page = mia.get(page_of(deployment, "/health"))
    (element,) = page.root.find_all(**{"sse-close": "over"})
    with mia.client.stream("GET", element["sse-connect"]) as stream:
        lines = stream.iter_lines()
        next(lines)
        finish(shop.site, deployment)
        for line in lines:
            if "Nothing of it runs." in line:
                break


def test_others_do_not_see_it(shop: Shop, greeting: Document) -> None:
    deployment = shop.installed(greeting)
    with shop.people.signed_in(shop.people.foreign_admin) as browser:
        for rest in ("/health", "/health/events"):
            assert browser.get(page_of(deployment, rest)).status == 404, rest


def test_every_phase_has_a_word() -> None:
    assert set(TONES) == set(Phase)


def test_what_ends_again_and_again_is_called_so() -> None:
    state = {"phase": Phase.WAITING, "crashLoop": False}
    assert label(state).text == "Stopped, starts again shortly"
    assert label(state | {"crashLoop": True}).text == "Ends again and again"
    assert label({"phase": not_running("x").phase, "crashLoop": False}).text == "Not running"
