"""The pages of installations and of the organization: each holds what every page has to; and no
page of the console is left out."""

import pytest
from starlette.routing import Mount, Route
from tests.browser.conftest import Visit
from tests.browser.scenes import EVERY, INSTALLING, MANAGING, NO_PAGES, Scene
from tests.browser.stage import Stage
from tests.browser.walking import Walk

from connectory.console.app import _routes

pytestmark = [pytest.mark.registry, pytest.mark.timeout(600)]


@pytest.mark.parametrize("scene", [*INSTALLING, *MANAGING], ids=lambda one: one.name)
def test_page(scene: Scene, walk: Walk) -> None:
    walk(scene)


def test_every_page_is_walked_to() -> None:
    routes = [one for one in _routes() if isinstance(one, Mount | Route)]
    pages = {one.path for one in routes if isinstance(one, Mount) or "GET" in (one.methods or ())}
    pages = {one for one in pages if not one.endswith(NO_PAGES)}
    assert pages == {one.route for one in EVERY}


def test_the_skip_link_leads_past_the_menu(stage: Stage, visit: Visit) -> None:
    with visit(stage.grace) as grace:
        page = grace.go("/console/projects")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
