"""One platform and one browser for each module."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser.chromium import Visitor, chromium, visiting
from tests.browser.scenes import Scene
from tests.browser.stage import Known, Stage
from tests.browser.walking import Walk, inspect, signed_in
from tests.browser.world import World
from tests.ports import ports

Visit = Callable[..., AbstractContextManager[Visitor]]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = Path(tempfile.mkdtemp(prefix="connectory-browser-", dir="/tmp"))
    with ports() as block:
        made = Stage(directory, home / "connectory-tests" / "toolchains", block)
        try:
            made.start()
            made.furnish()
            yield made
            made.stop()
        finally:
            made.end()
            shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(stage: Stage, browser: Browser) -> Visit:
    """A browser window of somebody's own: ``with visit(stage.ada) as ada``."""

    def opened(who: "Known | None" = None, **options: Any) -> AbstractContextManager[Visitor]:
        return visiting(stage, browser, who, **options)

    return opened


@pytest.fixture(scope="module")
def world(stage: Stage) -> World:
    return World(stage)


@pytest.fixture(scope="module")
def state(world: World, browser: Browser) -> Any:
    """What the browser of somebody keeps who may see every page."""
    return signed_in(world, browser)


@pytest.fixture
def walk(world: World, state: Any, visit: Visit) -> Walk:
    """Inspects a page in a browser window of its own."""

    def walked(scene: Scene) -> None:
        with visit(storage_state=None if scene.stranger else state) as visitor:
            inspect(scene, visitor, world)

    return walked
