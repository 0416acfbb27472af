"""From page to page, with everything that holds of every page."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser
from tests.browser.chromium import Visitor, visiting
from tests.browser.inspection import barriers, keyboard, overhang, photograph
from tests.browser.scenes import Scene
from tests.browser.world import World

Walk = Callable[[Scene], None]


def signed_in(world: World, browser: Browser) -> Any:
    """What a browser keeps of somebody who may see every page."""
    with visiting(world.stage, browser, world.stage.grace) as grace:
        return grace.context.storage_state()


def inspect(scene: Scene, visitor: Visitor, world: World) -> None:
    """Fails with everything that is wrong with the page at once."""
    visitor.hush()
    scene.reach(visitor, world)
    page = visitor.page
    photograph(page, scene.name)
    wrong = [f"keyboard: {one}" for one in keyboard(page)]
    wrong += barriers(page)
    if over := overhang(page):
        wrong.append(f"{over} pixels too wide for a screen of 320")
    assert not wrong, "\n".join(wrong)
